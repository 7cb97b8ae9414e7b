//! Fields as conditions over `item i`.

use super::{Lowering, Param};
use crate::ast::Value;
use crate::field::Field;
use crate::name::{NamePattern, Part};
use crate::number::Bound;

/// The newest opinion of one kind on the revision that is shown, as the screens choose it.
const OPINION: &str = "(SELECT n.{column} FROM annotation n WHERE n.item_id = i.id AND n.revision = i.revision \
                       AND n.kind = '{kind}' ORDER BY n.at DESC, n.decided DESC, n.producer, n.producer_version DESC, n.value LIMIT 1)";

/// What the conversation has, else what the rules gave.
const DECIDED: &str = "ifnull((SELECT w.{column} FROM work w WHERE w.conversation_id = i.conversation_id), \
                       (SELECT t.{column} FROM route t WHERE t.item_id = i.id AND t.revision = i.revision))";

fn opinion(kind: &str, column: &str) -> String {
    OPINION.replace("{kind}", kind).replace("{column}", column)
}

impl Lowering<'_> {
    /// Any of the values of one field.
    pub(super) fn field(&mut self, field: Field, values: &[Value]) -> String {
        let mut flat = Vec::new();
        flatten(values, &mut flat);
        let mut conditions = Vec::new();
        let words: Vec<&str> = flat
            .iter()
            .filter_map(|value| if let Value::Choice(word) = value { Some(*word) } else { None })
            .collect();
        if !words.is_empty() {
            conditions.push(self.choice(field, &words));
        }
        let names: Vec<&NamePattern> = flat
            .iter()
            .filter_map(|value| if let Value::Name(name) = value { Some(name) } else { None })
            .collect();
        if !names.is_empty() {
            conditions.push(self.names(field, &names));
        }
        conditions.extend(flat.iter().filter_map(|value| self.other(field, value)));
        format!("({})", conditions.join(" OR "))
    }

    /// A value that is neither a word of a list nor a name.
    fn other(&mut self, field: Field, value: &Value) -> Option<String> {
        Some(match value {
            Value::None => none(field),
            Value::Me => {
                let me = NamePattern::new(self.ambient.me.unwrap_or_default(), Part::Whole);
                me.map_or_else(|| "FALSE".to_owned(), |me| self.names(field, &[&me]))
            }
            Value::Flag(flag) => flag.info().sql.to_owned(),
            Value::Bound(bound) => self.number(field, *bound),
            Value::When(when) => {
                let at = self.give(Param::Integer(when.resolve(self.ambient.now)));
                let operator = if field == Field::Since { ">=" } else { "<" };
                format!("i.feed_at {operator} {at}")
            }
            Value::Language(code) => {
                let start = self.give(Param::Text(format!("{code}-*")));
                format!("(lower(ifnull({}, i.language)) || '-') GLOB {start}", opinion("language", "value"))
            }
            Value::Item(uid) => {
                let uid = self.give(Param::Blob(uid.as_bytes().to_vec()));
                format!("(i.uid = {uid} OR i.near_dup_of IN (SELECT d.id FROM item d WHERE d.uid = {uid}))")
            }
            Value::Phrase(_) | Value::Name(_) | Value::Choice(_) | Value::List { .. } => return None,
        })
    }

    fn choice(&mut self, field: Field, words: &[&str]) -> String {
        let places: Vec<String> =
            words.iter().map(|word| self.give(Param::Text((*word).to_owned()))).collect();
        let own = match field {
            Field::Sentiment => format!("ifnull({}, 'unknown')", opinion("sentiment", "value")),
            Field::Priority => DECIDED.replace("{column}", "priority"),
            Field::Status => {
                "ifnull((SELECT w.status FROM work w WHERE w.conversation_id = i.conversation_id), 'new')"
                    .to_owned()
            }
            field => format!("i.{}", field.name()),
        };
        format!("{own} IN ({})", places.join(", "))
    }

    fn number(&mut self, field: Field, bound: Bound) -> String {
        let own = match field {
            Field::Sentiment => opinion("sentiment", "score"),
            Field::Confidence => opinion("sentiment", "confidence"),
            Field::Reach => "(SELECT a.followers FROM actor a WHERE a.id = i.author_id)".to_owned(),
            field => format!("i.{}", field.name()),
        };
        let is_fraction = matches!(field, Field::Sentiment | Field::Confidence);
        let mut give = |number: f64| {
            self.give(if is_fraction { Param::Real(number) } else { Param::Integer(number as i64) })
        };
        match bound {
            Bound::Is(n) => format!("{own} = {}", give(n)),
            Bound::Below(n) => format!("{own} < {}", give(n)),
            Bound::AtMost(n) => format!("{own} <= {}", give(n)),
            Bound::Above(n) => format!("{own} > {}", give(n)),
            Bound::AtLeast(n) => format!("{own} >= {}", give(n)),
            Bound::Within(low, high) => format!("{own} BETWEEN {} AND {}", give(low), give(high)),
        }
    }

    fn names(&mut self, field: Field, names: &[&NamePattern]) -> String {
        let lists = self.name_lists(names);
        let any = |columns: &[&str]| {
            let each: Vec<String> = columns.iter().flat_map(|column| lists.over(column)).collect();
            format!("({})", each.join(" OR "))
        };
        match field {
            Field::Tag => {
                format!("EXISTS (SELECT 1 FROM item_tag t WHERE t.item_id = i.id AND {})", any(&["t.tag"]))
            }
            Field::Mention => format!(
                "EXISTS (SELECT 1 FROM relation r LEFT JOIN actor a ON a.id = r.target_actor \
                 WHERE r.item_id = i.id AND r.kind = 'mention-of' AND {})",
                any(&["r.target_native_id", "a.handle", "a.display_name"])
            ),
            Field::Source | Field::Platform => format!(
                "EXISTS (SELECT 1 FROM sighting g JOIN source s ON s.id = g.source_id WHERE g.item_id = i.id AND {})",
                any(&[if field == Field::Source { "s.name" } else { "s.platform" }])
            ),
            Field::Place => {
                format!("i.conversation_id IN (SELECT c.id FROM conversation c WHERE {})", any(&["c.place"]))
            }
            Field::Author => format!(
                "i.author_id IN (SELECT a.id FROM actor a WHERE {} OR \
                 EXISTS (SELECT 1 FROM actor_email e WHERE e.actor_id = a.id AND {}))",
                any(&["a.native_id", "a.handle", "a.display_name"]),
                any(&["e.email"])
            ),
            Field::Assignee => format!(
                "EXISTS (SELECT 1 FROM work w JOIN user u ON u.id = w.assignee \
                 WHERE w.conversation_id = i.conversation_id AND {})",
                any(&["u.login"])
            ),
            _ => any(&[&DECIDED.replace("{column}", "team")]),
        }
    }

    /// Takes names in as lists, so that a file of ten thousand is one parameter.
    fn name_lists(&mut self, names: &[&NamePattern]) -> NameLists {
        let mut list = |part: Part| {
            let own: Vec<&str> =
                names.iter().filter(|name| name.part() == part).map(|name| name.folded()).collect();
            let json = serde_json::Value::from(own.clone()).to_string();
            (!own.is_empty()).then(|| self.give(Param::Text(json)))
        };
        NameLists { whole: list(Part::Whole), starts: list(Part::Start), ends: list(Part::End) }
    }
}

/// Parameters that hold names, as JSON.
struct NameLists {
    whole: Option<String>,
    starts: Option<String>,
    ends: Option<String>,
}

impl NameLists {
    /// The conditions over one column, of which any is enough.
    fn over(&self, column: &str) -> Vec<String> {
        let piece = |list: &Option<String>, piece: &str| {
            list.as_ref().map(|list| {
                format!("EXISTS (SELECT 1 FROM json_each({list}) n WHERE substr(lower({column}), {piece}) = n.value)")
            })
        };
        let whole = self.whole.as_ref();
        let whole = whole.map(|list| format!("lower({column}) IN (SELECT n.value FROM json_each({list}) n)"));
        let starts = piece(&self.starts, "1, length(n.value)");
        let ends = piece(&self.ends, "-length(n.value)");
        [whole, starts, ends].into_iter().flatten().collect()
    }
}

fn none(field: Field) -> String {
    match field {
        Field::Assignee => "NOT EXISTS (SELECT 1 FROM work w WHERE w.conversation_id = i.conversation_id \
                            AND w.assignee IS NOT NULL)"
            .to_owned(),
        _ => format!("{} IS NULL", DECIDED.replace("{column}", "team")),
    }
}

fn flatten<'v>(values: &'v [Value], to: &mut Vec<&'v Value>) {
    for value in values {
        match value {
            Value::List { values, .. } => flatten(values, to),
            value => to.push(value),
        }
    }
}
