//! Masks personal data in what a connector said, where the zone wants it so before anything else sees it.
//!
//! Holds: texts, titles, names, mail addresses and the ids of people are masked, the same value by the same name, so
//! that the same person stays one; ids of items and conversations stay, for without them nothing could be told
//! apart. Of links mail addresses alone. Not here: bodies of payloads and capsules, which are not kept then.

use std::borrow::Cow;

use hark_analysis::personal::{PersonalKind, Policy, Pseudonyms, mask};
use hark_model::{Event, Item, KeptPayload, Zone};

use crate::admission::{Admitted, Refused};

/// In a link numbers are ids; a link that names somebody by mail is better broken than kept.
const IN_LINKS: Policy = Policy::NONE.with(PersonalKind::Mail);

/// Which zones are masked before they are stored, and by which names.
#[derive(Debug, Clone)]
pub struct Masking {
    zones: Vec<Zone>,
    names: Pseudonyms,
}

impl Masking {
    /// Masks what comes from `zones`, with names by `names`.
    pub fn new(zones: Vec<Zone>, names: Pseudonyms) -> Self {
        Self { zones, names }
    }

    /// Tells whether what comes from `zone` is masked.
    pub(crate) fn masks(&self, zone: Zone) -> bool {
        self.zones.contains(&zone)
    }

    /// Masks all that was said.
    pub(crate) fn mask_all(
        &self,
        admitted: &mut [Admitted],
        refused: &mut [Refused],
        payloads: &mut [KeptPayload],
    ) {
        payloads.iter_mut().filter_map(|payload| payload.url.as_mut()).for_each(|url| self.link(url));
        for cut in admitted.iter_mut().flat_map(|entry| &mut entry.cuts) {
            self.text(cut);
        }
        admitted.iter_mut().for_each(|entry| self.event(&mut entry.event));
        for refused in refused {
            self.text(&mut refused.hint);
            self.text(&mut refused.why);
        }
    }

    fn event(&self, event: &mut Event) {
        match event {
            Event::Actor(actor) => {
                self.text(&mut actor.id);
                let words = [&mut actor.handle, &mut actor.display_name];
                words.into_iter().flatten().for_each(|text| self.text(text));
                let links = [&mut actor.profile_url, &mut actor.avatar_url];
                links.into_iter().flatten().for_each(|link| self.link(link));
                actor.emails.iter_mut().for_each(|mail| self.text(mail));
            }
            Event::Conversation(conversation) => {
                let words = [&mut conversation.title, &mut conversation.place];
                words.into_iter().flatten().for_each(|text| self.text(text));
                conversation.url.iter_mut().for_each(|link| self.link(link));
            }
            Event::Item(item) => self.item(item),
            Event::FlagReport(report) => {
                report.reporter.iter_mut().for_each(|text| self.text(text));
                self.text(&mut report.reason);
            }
            Event::Gap(gap) => self.text(&mut gap.why),
            Event::Removal(_) | Event::Engagement(_) | Event::Poison(_) => {}
        }
    }

    fn item(&self, item: &mut Item) {
        self.text(&mut item.text);
        let words = [&mut item.author, &mut item.title, &mut item.html];
        words.into_iter().flatten().for_each(|text| self.text(text));
        item.url.iter_mut().for_each(|link| self.link(link));
        item.tags.iter_mut().for_each(|tag| self.text(tag));
        for relation in item.relations.iter_mut().filter(|relation| relation.target_is_actor) {
            self.text(&mut relation.target);
        }
        for file in &mut item.attachments {
            [&mut file.name, &mut file.alt].into_iter().flatten().for_each(|text| self.text(text));
            file.url.iter_mut().for_each(|link| self.link(link));
        }
    }

    /// Masks what stands in a text of people, or of a connector about them.
    pub(crate) fn text(&self, text: &mut String) {
        self.mask(text, Policy::ALL);
    }

    fn link(&self, link: &mut String) {
        self.mask(link, IN_LINKS);
    }

    fn mask(&self, text: &mut String, policy: Policy) {
        if let Cow::Owned(masked) = mask(text, policy, &self.names).text {
            *text = masked;
        }
    }
}

#[cfg(test)]
mod tests {
    use hark_model::{Conversation, Provenance, Relation, RelationKind, Visibility};

    use super::*;
    use crate::given::{actor, item};

    const MAIL: &str = "jo@x.example";

    fn admitted(events: Vec<Event>) -> Vec<Admitted> {
        events.into_iter().map(|event| Admitted { event, cuts: Vec::new() }).collect()
    }

    #[test]
    fn nothing_of_a_person_is_left_and_the_same_person_is_one() {
        let masking = Masking::new(vec![Zone::Social], Pseudonyms::new([7; 32]));
        assert!(masking.masks(Zone::Social) && !masking.masks(Zone::Intranet));
        let mut actor = actor(MAIL, MAIL, "Jo@X.example");
        actor.display_name = Some(format!("Jo <{MAIL}>"));
        let page = "https://x.example/4111111111111111";
        actor.profile_url = Some(page.to_owned());
        actor.avatar_url = Some(format!("{page}/{MAIL}"));
        let conversation = Conversation {
            id: "<1@x.example>".to_owned(),
            title: Some(format!("Re: {MAIL}")),
            url: None,
            place: None,
            visibility: Visibility::Public,
            locked: false,
        };
        let mut item = item("1", &format!("Call +49 30 901820 or write to {MAIL}"), 5);
        item.author = Some(MAIL.to_owned());
        item.html = Some(format!("<p>{MAIL}</p>"));
        item.relations =
            vec![Relation { kind: RelationKind::MentionOf, target: MAIL.to_owned(), target_is_actor: true }];
        let mut all =
            admitted(vec![Event::Actor(actor), Event::Conversation(conversation), Event::Item(item)]);
        let mut refused =
            [Refused { origin: Provenance::default(), hint: MAIL.to_owned(), why: format!("no {MAIL}") }];
        masking.mask_all(&mut all, &mut refused, &mut []);
        assert!(!format!("{refused:?}").contains(MAIL));
        let shown = format!("{all:?}").to_lowercase();
        assert!(!shown.contains(MAIL) && !shown.contains("901820"), "{shown}");
        let (Event::Actor(actor), Event::Conversation(conversation), Event::Item(item)) =
            (&all[0].event, &all[1].event, &all[2].event)
        else {
            panic!("the events are in their order");
        };
        assert_eq!(Some(&actor.id), item.author.as_ref());
        assert_eq!(actor.id, actor.emails[0]);
        assert_eq!(actor.profile_url.as_deref(), Some(page), "numbers of links are ids");
        assert_eq!(actor.id, item.relations[0].target);
        assert!(item.text.contains(&actor.id) && item.text.starts_with("Call _phone:"), "{}", item.text);
        assert_eq!(conversation.id, "<1@x.example>", "ids of conversations stay");
    }
}
