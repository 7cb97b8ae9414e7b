//! Tokens that a double knows, and in which state each is.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

/// What became of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenState {
    /// It is good.
    #[default]
    Valid,
    /// Its time is over.
    Expired,
    /// It was taken back.
    Revoked,
}

/// A token that the double accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What became of it.
    pub state: TokenState,
    /// What it may do; none means everything.
    pub scopes: Option<BTreeSet<String>>,
    /// Whom it stands for, as the platform names accounts; "" for the app itself.
    pub account: String,
}

impl Token {
    /// Tells whether it has the right `scope`.
    pub fn may(&self, scope: &str) -> bool {
        self.scopes.as_ref().is_none_or(|scopes| scopes.contains(scope))
    }
}

/// The operation `token`: what is not said stays as it is.
#[derive(Debug, Deserialize)]
pub(crate) struct Change {
    value: String,
    state: Option<TokenState>,
    scopes: Option<BTreeSet<String>>,
    account: Option<String>,
}

/// All tokens of a double, by value.
#[derive(Debug, Default)]
pub struct Tokens(BTreeMap<String, Token>);

impl Tokens {
    /// Makes `value` a good token of `account` that may do everything.
    pub fn issue(&mut self, value: &str, account: &str) {
        let token = Token { state: TokenState::Valid, scopes: None, account: account.to_owned() };
        self.0.insert(value.to_owned(), token);
    }

    /// Returns the token with that value.
    pub fn get(&self, value: &str) -> Option<Token> {
        self.0.get(value).cloned()
    }

    pub(crate) fn change(&mut self, change: Change) {
        let new = || Token { state: TokenState::Valid, scopes: None, account: String::new() };
        let token = self.0.entry(change.value).or_insert_with(new);
        token.state = change.state.unwrap_or(token.state);
        token.scopes = change.scopes.or(token.scopes.take());
        token.account = change.account.unwrap_or_else(|| std::mem::take(&mut token.account));
    }

    /// Tells whether one of the tokens stands in `text`.
    pub fn stand_in(&self, text: &str) -> bool {
        self.0.keys().any(|value| text.contains(value.as_str()))
    }
}
