//! Sockets of the mailbox: takes connections in, speaks TLS, hands lines to a session.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hark_lifecycle::{Shutdown, Tasks};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::session::{Account, Next, Session};
use super::wire::{Framer, Input};
use crate::limits;
use crate::stage::Stage;

/// Serves the mailbox until ordered to stop; open sessions are told `BYE`.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: TlsAcceptor,
    stage: Arc<Stage>,
    account: Account,
    shutdown: Shutdown,
) {
    let (mut sessions, order) = Tasks::new();
    let mut open = 0_usize;
    loop {
        tokio::select! {
            biased;
            () = shutdown.ordered() => break,
            Some(_) = sessions.next_ended(), if open > 0 => open -= 1,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) if open < limits::SESSIONS_MAX => {
                    open += 1;
                    let session = Session::new(Arc::clone(&stage), account.clone());
                    sessions.spawn("demo-imap-session", talk(stream, tls.clone(), session, order.clone()));
                }
                Ok((stream, _)) => drop(stream),
                Err(error) => {
                    tracing::warn!(%error, "cannot take an IMAP connection in");
                    // Out of file handles, mostly: wait for a session to end instead of spinning.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
        }
    }
    sessions.stop(limits::STOP_GRACE).await;
}

async fn talk(stream: TcpStream, tls: TlsAcceptor, session: Session, shutdown: Shutdown) {
    // A client that goes away in the middle is no news: its side knows why.
    if let Err(error) = converse(stream, tls, session, shutdown).await {
        tracing::debug!(%error, "IMAP session ended early");
    }
}

async fn converse(
    stream: TcpStream,
    tls: TlsAcceptor,
    mut session: Session,
    shutdown: Shutdown,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = timeout(limits::CLIENT_SLOW_MAX, tls.accept(stream)).await??;
    send(&mut stream, &Session::greeting()).await?;
    let mut framer = Framer::default();
    let mut bell = session.bell();
    let mut next = Next::Command;
    loop {
        let input = match framer.next(&next) {
            Input::More => {
                let idle = matches!(next, Next::Idle(_));
                let mut bytes = [0; 4096];
                let read = tokio::select! {
                    biased;
                    () = shutdown.ordered() => {
                        return send(&mut stream, b"* BYE the demo is over\r\n").await;
                    }
                    // Safe to drop: a read that is not chosen has taken nothing off the stream.
                    read = timeout(limits::SESSION_IDLE_MAX, stream.read(&mut bytes)) => read??,
                    Ok(()) = bell.changed(), if idle => {
                        let news = session.news();
                        send(&mut stream, &news).await?;
                        continue;
                    }
                };
                if read == 0 {
                    return Ok(());
                }
                framer.feed(&bytes[..read]);
                continue;
            }
            input => input,
        };
        let (answer, then) = session.answer(input, next);
        send(&mut stream, &answer).await?;
        next = match then {
            Next::Close => return stream.shutdown().await,
            then => then,
        };
    }
}

async fn send(stream: &mut TlsStream<TcpStream>, bytes: &[u8]) -> io::Result<()> {
    let sending = async {
        stream.write_all(bytes).await?;
        stream.flush().await
    };
    timeout(limits::CLIENT_SLOW_MAX, sending).await?
}
