//! Slack's form: escaped, uncertain without an answer, its one word repeated to people.

use hark_notices::{HttpTrust, Mask, Policy, Round, Target};
use hark_store::{NewNotice, NoticeState};

use crate::given::{Given, secret};
use crate::receiver::{Receiver, Way};

pub const TRIALS: &[(&str, fn())] = &[
    ("slack_silence_is_uncertain_and_repeated_once", silence_is_uncertain_and_repeated_once),
    ("slack_what_never_reached_it_is_tried_again", what_never_reached_it_is_tried_again),
];

fn target(url: &str) -> Target {
    Target::slack("team", Policy::default(), &secret(url), HttpTrust::default()).unwrap()
}

fn silence_is_uncertain_and_repeated_once() {
    let given = Given::new();
    let receiver = Receiver::start(|count, _| match count {
        0 => (Way::Take, "ok"),
        1 | 2 => (Way::TakeAndHangUp, ""),
        _ => (Way::Status(404), "no_service"),
    });
    let courier = given.courier(vec![target(&receiver.url())], Mask::nothing(), None);
    given.queue_as(NewNotice { subject: "<!channel> & co".to_owned(), ..given.notice("a") });
    assert_eq!(given.round(&courier), Round { sent: 1, ..Round::default() });
    assert!(receiver.deliveries()[0].body.contains("*&lt;!channel&gt; &amp; co*"));
    given.queue("b");
    assert_eq!(given.round(&courier), Round { uncertain: 1, ..Round::default() });
    assert_eq!(given.state("b"), NoticeState::Uncertain);
    assert_eq!(given.round(&courier), Round::default(), "it waits for its time");
    given.wait_secs(600);
    assert_eq!(given.round(&courier), Round { dead: 1, ..Round::default() });
    assert!(given.row("b").fault.unwrap().starts_with("it may have arrived: "));
    assert!(given.run(given.store.retry_notice("b", given.now())).unwrap());
    assert_eq!(given.round(&courier), Round { dead: 1, ..Round::default() });
    assert_eq!(given.row("b").fault.as_deref(), Some("the target answered with status 404: no_service"));
}

fn what_never_reached_it_is_tried_again() {
    let given = Given::new();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let courier =
        given.courier(vec![target(&format!("http://127.0.0.1:{nobody}/canary"))], Mask::nothing(), None);
    given.queue("a");
    assert_eq!(given.round(&courier), Round { again: 1, ..Round::default() });
    let row = given.row("a");
    assert_eq!(row.state, NoticeState::Waiting);
    assert!(!format!("{row:?}").contains("canary"), "{row:?}");
}
