//! Signing in with an OAuth access token: SASL XOAUTH2, as the large providers have it.
//!
//! A server that does not take the token says why in a challenge, and waits for an empty answer to it
//! before it says no.

use hark_sdk::prelude::*;
use hark_sdk::wire::{SecretEncoding, Transport};

use super::fault::{Doing, refused};
use super::reply::{Kind, Reply};
use super::session::{FetchEnd, Session};
use crate::limits;
use crate::oauth;

impl<T: Transport> Session<T> {
    /// Signs in as `user` with the token that the host holds.
    pub(super) fn prove_by_token(&mut self, user: &str) -> Result<(), Fault> {
        if !self.can("AUTH=XOAUTH2") {
            return Err(Fault::config("auth", "the server does not offer XOAUTH2"));
        }
        let initial = self.can("SASL-IR");
        if let Some(refusal) = self.write_sasl("XOAUTH2", SecretEncoding::SaslXoauth2, user, initial)? {
            return Err(refused(&refusal, Doing::SigningIn));
        }
        let mut challenge = None;
        for _ in 0..limits::STRAY_RESPONSES_MAX {
            match self.next().map_err(FetchEnd::from)? {
                Reply::Continue(why) => {
                    self.reader.write(b"\r\n")?;
                    challenge = Some(why);
                }
                Reply::Done(tag, done) if tag == self.tag => {
                    return match (done.kind, challenge) {
                        (Kind::Ok, _) => {
                            self.learn(&done);
                            Ok(())
                        }
                        (_, Some(why)) => Err(oauth::refused(&why, &done.text)),
                        (_, None) => Err(refused(&done, Doing::SigningIn)),
                    };
                }
                Reply::Status(status) if status.kind == Kind::Bye => {
                    return Err(refused(&status, Doing::SigningIn));
                }
                Reply::Junk => return Err(Fault::protocol("the server's answer cannot be read")),
                _ => {}
            }
        }
        Err(Fault::protocol("the server says more than can be listened to"))
    }
}
