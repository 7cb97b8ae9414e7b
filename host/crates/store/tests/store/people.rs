//! Persons who can be asked: one for each address, found by the names that platforms show.

use hark_model::*;
use hark_store::*;

use crate::given::{Given, actor};

fn person(given: &Given, name: Option<&str>, email: Option<&str>) -> i64 {
    let new = NewPerson { name: name.map(str::to_owned), email: email.map(str::to_owned) };
    given.run(given.store.person(new, 1)).unwrap()
}

#[test]
fn an_address_is_one_person_however_it_is_written() {
    let given = Given::new();
    let zoe = person(&given, None, Some("zoe@corp.example"));
    assert_eq!(person(&given, Some("Zoe"), Some("ZOE@corp.example")), zoe);
    assert_eq!(person(&given, Some("zoe"), None), zoe, "by now the name is known");
    assert_ne!(person(&given, Some("Zoe"), Some("other@corp.example")), zoe);
    assert_ne!(person(&given, Some("Ann"), None), zoe);
}

#[test]
fn addresses_are_found_by_the_names_that_platforms_show() {
    let given = Given::new();
    let told = |id: &str, name: &str, email: &str| {
        Event::Actor(Actor {
            display_name: Some(name.to_owned()),
            emails: vec![email.to_owned()],
            ..actor(id, 1)
        })
    };
    given.says(
        10,
        vec![
            told("a", "Jo", "jo@x.example"),
            told("b", "jo", "JO@y.example"),
            told("c", "Al", "al@x.example"),
        ],
    );
    person(&given, Some("Al"), Some("al@corp.example"));
    let emails = |name| given.run(given.store.emails_of(name)).unwrap();
    assert_eq!(emails("JO"), ["jo@x.example", "jo@y.example"]);
    assert_eq!(emails("al"), ["al@corp.example", "al@x.example"]);
    assert_eq!(emails("nobody"), [""; 0]);
}

#[test]
fn a_login_is_one_user() {
    let given = Given::new();
    let user = |login, name| given.run(given.store.user(login, name, "operator")).unwrap();
    assert_eq!(user("cli:Ann", "Ann"), user("cli:Ann", "Ann again"));
    assert_ne!(user("cli:Ann", "Ann"), user("cli:Bob", "Bob"));
}
