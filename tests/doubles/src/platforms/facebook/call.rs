//! One call of the Graph API, alone or in a batch: where it goes, what comes along, who asks.

use std::collections::BTreeMap;

use url::form_urlencoded;

use super::fields::Field;

/// A call.
#[derive(Debug, Clone, Default)]
pub struct Call {
    pub method: String,
    /// Below the version, without slashes at the ends.
    pub path: String,
    pub version: String,
    /// Of the query and of the body, the body's first.
    pub params: BTreeMap<String, String>,
    /// Where this Facebook is: `http://127.0.0.1:4001`.
    pub base: String,
    /// The token that came along, in whatever place.
    pub token: Option<String>,
    /// Whom it stands for, as far as that was looked into.
    pub account: u64,
    /// The names of people are shown.
    pub sees_people: bool,
}

impl Call {
    /// Returns a parameter.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.get(name).map(String::as_str)
    }

    /// Returns the call that a field within a field stands for.
    pub fn within(&self, id: &str, field: &Field) -> Self {
        let params = field.args.iter().filter(|(name, _)| *name != "as");
        Self {
            path: format!("{id}/{}", field.name),
            params: params.map(|(name, value)| (name.clone(), value.clone())).collect(),
            ..self.clone()
        }
    }

    /// Returns the address of another page of the same list, the token in it as Meta puts it there.
    pub fn address_of_page(&self, side: &str, cursor: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("access_token", self.token.as_deref().unwrap_or_default());
        let kept = |name: &str| !matches!(name, "access_token" | "after" | "before" | "batch");
        for (name, value) in self.params.iter().filter(|(name, _)| kept(name)) {
            query.append_pair(name, value);
        }
        if !self.params.contains_key("limit") {
            query.append_pair("limit", "25");
        }
        query.append_pair(side, cursor);
        format!("{}/{}/{}?{}", self.base, self.version, self.path, query.finish())
    }
}

/// Reads `a=b&c=d` into `params`; what is there already stays.
pub fn read_pairs(text: &[u8], params: &mut BTreeMap<String, String>) {
    for (name, value) in form_urlencoded::parse(text) {
        params.entry(name.into_owned()).or_insert_with(|| value.into_owned());
    }
}
