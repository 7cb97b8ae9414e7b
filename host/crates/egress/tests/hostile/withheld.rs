//! Attacks whose answer is let through, but without what the attack is about. They are not counted in the corpus:
//! nothing is refused here.

use hark_egress::HttpRequest;
use hark_model::Placement;

use crate::kit::{CANARY, call, credential, gate, get, get_with, options};
use crate::server::{Reply, Server, ok, redirect, reply};

#[tokio::test]
async fn trailers_are_not_handed_over() {
    let trailers = "set-cookie: session=evil\r\nauthorization: evil\r\nx-evil: evil\r\n";
    let body = format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: set-cookie, x-evil\r\n\r\n5\r\nhello\r\n0\r\n{trailers}\r\n"
    );
    let server = Server::start(move |_| Reply::Raw(body.clone().into_bytes())).await;
    let gate = gate(options(&[&server.origin()]));
    let mut call = call(&gate);
    for _ in 0..2 {
        let answer = call.send(get(server.origin())).await.unwrap();
        assert_eq!(
            (answer.body.as_slice(), answer.headers.len()),
            (&b"hello"[..], 0),
            "{:?}",
            answer.headers
        );
    }
    assert_eq!(server.connections(), 1, "what stood in the trailers is not left over for the next answer");
    assert_eq!(server.last().header("cookie"), None);
}

#[tokio::test]
async fn an_answer_slipped_in_is_not_that_of_the_next_request() {
    let evil = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil";
    let server = Server::start(move |seen| match seen.target.as_str() {
        "/first" => {
            Reply::Raw(format!("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfine{evil}").into_bytes())
        }
        _ => ok("fine"),
    })
    .await;
    let gate = gate(options(&[&server.origin()]));
    assert_eq!(call(&gate).send(get(server.url("/first"))).await.unwrap().body, b"fine");
    assert_eq!(call(&gate).send(get(server.url("/second"))).await.unwrap().body, b"fine");
    assert_eq!((server.connections(), server.last().target.as_str()), (2, "/second"));
}

#[tokio::test]
async fn a_body_beyond_its_length_is_not_read() {
    let server = Server::start(|_| {
        Reply::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfine and more of it".to_vec())
    })
    .await;
    let gate = gate(options(&[&server.origin()]));
    for _ in 0..2 {
        assert_eq!(call(&gate).send(get(server.origin())).await.unwrap().body, b"fine");
    }
}

#[tokio::test]
async fn a_session_is_neither_shown_nor_kept() {
    let server =
        Server::start(|_| reply("200 OK", "set-cookie: session=evil; Path=/\r\nset-cookie2: x\r\n", "x"))
            .await;
    let gate = gate(options(&[&server.origin()]));
    for _ in 0..2 {
        let answer = call(&gate).send(get(server.origin())).await.unwrap();
        assert!(answer.headers.is_empty(), "{:?}", answer.headers);
        assert_eq!(server.last().header("cookie"), None);
    }
}

#[tokio::test]
async fn a_credential_does_not_follow_a_redirect_to_another_origin() {
    let away = Server::start(|_| ok("x")).await;
    let place = away.url("/taken");
    let front = Server::start(move |_| redirect(307, &place)).await;
    for placement in [
        Placement::Bearer,
        Placement::Basic("jo".to_owned()),
        Placement::Header("x-api-key".to_owned()),
        Placement::Query("key".to_owned()),
    ] {
        let mut options = options(&[&front.origin(), &away.origin()]);
        options.credentials = vec![credential(placement, &[&front.origin(), &away.origin()])];
        let body = Some(b"question".to_vec());
        let request = HttpRequest { method: "POST".to_owned(), body, ..get_with(front.origin(), "key") };
        call(&gate(options)).send(request).await.unwrap();
        let (sent, taken) = (format!("{:?}", front.last()), format!("{:?}", away.last()));
        let spelt = ["canary", &CANARY[7..], "Y2FuYXJ5", "jo:", "Bearer", "Basic"];
        assert!(spelt.iter().any(|part| sent.contains(part)), "the first server got it: {sent}");
        assert!(!spelt.iter().any(|part| taken.contains(part)), "{taken}");
    }
}
