//! What members of a NodeBB report to its moderators.

use std::collections::BTreeMap;

use hark_sdk::prelude::*;
use serde_json::Value;

use super::shapes::{Flag, FlagPage};
use crate::client::Client;
use crate::manifest::CURSOR_VERSION;
use crate::out::line;
use crate::{lenient, limits};

/// Reads the newest reports; each comes again when its state changes.
pub fn read(mut client: Client<'_>, request: &ReadRequest) -> Result<Batch, Fault> {
    let known: Option<BTreeMap<u64, String>> = cursor::read(CURSOR_VERSION, request.cursor.as_deref())?;
    let mut known = known.unwrap_or_default();
    let room = usize::try_from(request.budget.max_events).unwrap_or(usize::MAX);
    let response = client.get("/api/flags?sort=newest&perPage=100")?;
    let page: FlagPage = lenient::json(&response)?;
    let mut events: Vec<Event> = Vec::new();
    for (at, value) in page.flags.into_iter().enumerate() {
        let Ok(flag) = serde_json::from_value::<Flag>(value.clone()) else {
            warn!("a report cannot be understood: {}", hint(&value));
            continue;
        };
        let is_news = known.get(&flag.flag_id) != flag.state.as_ref();
        if is_news && events.len() < room {
            known.insert(flag.flag_id, flag.state.clone().unwrap_or_default());
            let origin = response.origin(format!("/flags/{at}"));
            events.extend(report(flag, origin, response.received_at()).map(Event::from));
        }
    }
    while known.len() > limits::REPORTS_MAX {
        known.pop_first();
    }
    Ok(Batch::new(events).cursor(cursor::write(CURSOR_VERSION, &known)?))
}

fn hint(value: &Value) -> String {
    value.get("flagId").map_or_else(|| "it has no id".to_owned(), |id| format!("flag {id}"))
}

/// Reports of users are left out: they are about nothing that was said.
fn report(flag: Flag, origin: Provenance, at: Ms) -> Option<FlagReport> {
    let about = flag.target_id.filter(|_| flag.kind.as_deref() == Some("post"))?;
    let word = |text: Option<&str>, otherwise: &str| {
        text.map(html::unescape).and_then(|text| line(&text)).unwrap_or_else(|| otherwise.to_owned())
    };
    Some(FlagReport {
        id: format!("flag:{}", flag.flag_id),
        about: format!("post:{about}"),
        reporter: flag.uid.filter(|uid| *uid > 0).map(|uid| format!("user:{uid}")),
        reason: word(flag.description.as_deref(), "reported"),
        status: word(flag.state.as_deref(), "unknown"),
        at: flag.datetime.unwrap_or(at),
        origin,
    })
}
