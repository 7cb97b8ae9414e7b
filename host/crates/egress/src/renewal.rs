//! Access tokens of one OAuth 2.0 client: fetched ahead of their end, by one at a time, for all who use them.
//!
//! Holds: a refresh token that a server gives in place of another is kept before it is used, and the other until
//! then; an answer on its way outlives who asked. Not here: the words of the protocol, where a token is placed.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};
use zeroize::Zeroizing;

use crate::names::NameError;
use crate::oauth2::{self, Issued, Oauth2Client, TokenFault};
use crate::refusal::Refusal;
use crate::vault::Vault;
use crate::{Secret, limits};

/// An access token; its number tells it from the one before.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) secret: Secret,
    /// What would renew it.
    pub(crate) refresh: Option<Zeroizing<String>>,
    number: u64,
    renew_at: Option<Instant>,
    ends_at: Option<Instant>,
}

#[derive(Default)]
struct State {
    token: Option<Token>,
    issued: u64,
    disbelieved_at: Option<Instant>,
    /// What renews, once it was fetched from the vault or the operator.
    refresh: Option<Zeroizing<String>>,
    /// The vault does not have it yet.
    is_unsaved: bool,
    /// The endpoint said no; it is not asked again.
    refused: Option<TokenFault>,
}

/// The tokens of one client.
pub(crate) struct Renewal {
    client: Oauth2Client,
    /// Where a new refresh token is kept, and under which name; none for a client that has no refresh token.
    vault: Option<(Arc<Vault>, String)>,
    state: Mutex<State>,
}

impl Renewal {
    pub(crate) fn new(client: Oauth2Client, vault: Option<Arc<Vault>>) -> Self {
        let vault = vault.filter(|_| client.refresh_token.is_some());
        let vault = vault.map(|vault| (Arc::clone(&vault), vault.name(&client.words())));
        Self { client, vault, state: Mutex::default() }
    }

    /// Returns a token that is good for now; asks for one through `http` if need be.
    pub(crate) async fn current(self: &Arc<Self>, http: &reqwest::Client) -> Result<Token, TokenFault> {
        if let Some(ready) = self.state.lock().await.ready(Instant::now()) {
            return ready;
        }
        let (this, http) = (Arc::clone(self), http.clone());
        // Who asks may go away at any moment, and with it an answer that holds the only token that still works.
        let renewing = tokio::spawn(async move { this.renew(&http).await });
        renewing.await.unwrap_or_else(|_| Err(TokenFault::Later("asking it was broken off".to_owned())))
    }

    /// Takes `token` as no longer good: an upstream did not believe it. Returns whether another is worth a try.
    pub(crate) async fn disbelieve(&self, token: &Token) -> bool {
        let mut state = self.state.lock().await;
        let Some(known) = &state.token else { return state.refused.is_none() };
        if known.number != token.number {
            return true;
        }
        if state.disbelieved_at.is_some_and(|at| at.elapsed() < limits::TOKEN_RENEWAL_PAUSE) {
            // The one before was not believed either: it is not its age.
            return false;
        }
        (state.disbelieved_at, state.token) = (Some(Instant::now()), None);
        true
    }

    async fn renew(&self, http: &reqwest::Client) -> Result<Token, TokenFault> {
        let mut state = self.state.lock().await;
        // Somebody else may have done it while this one waited.
        if let Some(ready) = state.ready(Instant::now()) {
            return ready;
        }
        self.save(&mut state).await;
        self.find_refresh(&mut state).await?;
        let asked = timeout(limits::TOKEN_WAIT_MAX, ask(http, &self.client, state.refresh.as_ref())).await;
        let issued = asked.unwrap_or_else(|_| Err(TokenFault::Later("no answer in time".to_owned())));
        match issued {
            Ok(issued) => {
                let token = state.take(issued, Instant::now());
                self.save(&mut state).await;
                Ok(token)
            }
            Err(fault) => self.without(&mut state, fault),
        }
    }

    /// Goes on with the old token as long as it is good, or not at all.
    fn without(&self, state: &mut State, fault: TokenFault) -> Result<Token, TokenFault> {
        let endpoint = self.client.token_url.split('?').next().unwrap_or_default();
        tracing::warn!(%endpoint, %fault, "no new access token");
        let old = state.token.clone();
        match (&fault, old) {
            (TokenFault::Later(_), Some(old)) if old.ends_at.is_none_or(|end| end > Instant::now()) => {
                Ok(old)
            }
            (TokenFault::Later(_), _) => Err(fault),
            (TokenFault::Refused(_), _) => {
                (state.token, state.refused) = (None, Some(fault.clone()));
                Err(fault)
            }
        }
    }

    /// Finds what renews: the vault's, which is newer, or the operator's. The vault is asked each time: another
    /// process of the same operator may have renewed it.
    async fn find_refresh(&self, state: &mut State) -> Result<(), TokenFault> {
        if state.is_unsaved || self.client.refresh_token.is_none() {
            return Ok(());
        }
        let kept = match &self.vault {
            Some((vault, name)) => vault.load(name).await,
            None => Ok(None),
        };
        let kept = kept.map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "a kept token cannot be had");
            TokenFault::Later("the token that was kept cannot be had".to_owned())
        })?;
        let known = state.refresh.take().or_else(|| self.client.refresh_token.clone());
        state.refresh = kept.or(known);
        Ok(())
    }

    /// Keeps a new refresh token. Should that fail, it is tried again at the next renewal: the token works all the
    /// same, and the old one does not any more.
    async fn save(&self, state: &mut State) {
        if !state.is_unsaved {
            return;
        }
        let (Some((vault, name)), Some(refresh)) = (&self.vault, &state.refresh) else { return };
        match vault.save(name, refresh).await {
            Ok(()) => state.is_unsaved = false,
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "a new refresh token is not kept yet: a crash would lose it"
                );
            }
        }
    }
}

impl State {
    fn ready(&self, now: Instant) -> Option<Result<Token, TokenFault>> {
        if let Some(fault) = &self.refused {
            return Some(Err(fault.clone()));
        }
        self.token.clone().filter(|token| token.renew_at.is_none_or(|at| at > now)).map(Ok)
    }

    /// Takes what was issued. No waiting here: between an answer and its being known nothing may come.
    fn take(&mut self, issued: Issued, now: Instant) -> Token {
        let same = |known: &Zeroizing<String>, new: &Zeroizing<String>| known.as_str() == new.as_str();
        if let Some(new) =
            issued.refresh.filter(|new| self.refresh.as_ref().is_some_and(|known| !same(known, new)))
        {
            (self.refresh, self.is_unsaved) = (Some(new), true);
        }
        self.issued += 1;
        let ahead = |life: Duration| limits::TOKEN_AHEAD_MAX.min(life / 10);
        let token = Token {
            secret: issued.access,
            refresh: self.refresh.clone(),
            number: self.issued,
            renew_at: issued.life.map(|life| now + (life - ahead(life))),
            ends_at: issued.life.map(|life| now + life),
        };
        self.token = Some(token.clone());
        token
    }
}

/// Asks the endpoint once; a redirect is no answer.
async fn ask(
    http: &reqwest::Client,
    client: &Oauth2Client,
    refresh: Option<&Zeroizing<String>>,
) -> Result<Issued, TokenFault> {
    let question = client.question(refresh.map(|token| token.as_str()));
    let mut request = http
        .post(&client.token_url)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(ACCEPT, "application/json")
        .body(question.form.as_bytes().to_vec());
    if let Some(authorization) = question.authorization {
        let unfit = |_| TokenFault::Refused("nothing: client and secret fit into no header".to_owned());
        let mut value = HeaderValue::from_str(&authorization).map_err(unfit)?;
        value.set_sensitive(true);
        request = request.header(AUTHORIZATION, value);
    }
    let mut response = request.send().await.map_err(|error| TokenFault::Later(told(error)))?;
    let status = response.status().as_u16();
    let mut body = Zeroizing::new(Vec::new());
    while let Some(chunk) = response.chunk().await.map_err(|error| TokenFault::Later(told(error)))? {
        if body.len() + chunk.len() > limits::TOKEN_ANSWER_BYTES_MAX {
            return Err(TokenFault::Later("its answer is too long".to_owned()));
        }
        body.extend_from_slice(&chunk);
    }
    oauth2::read(status, &body)
}

/// Returns what failed in words of the network, its cause last.
fn told(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(next) = cause.source() {
        if let Some(NameError::Refused(refused)) = next.downcast_ref() {
            return Refusal::from(refused.clone()).told();
        }
        cause = next;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issued(life: Option<u64>, refresh: Option<&str>) -> Issued {
        Issued {
            access: Secret::from("access".to_owned()),
            refresh: refresh.map(|token| Zeroizing::new(token.to_owned())),
            life: life.map(Duration::from_secs),
        }
    }

    #[test]
    fn a_token_is_renewed_ahead_of_its_end() {
        for (life, last_secs) in [(Some(3_600), Some(3_539)), (Some(100), Some(89)), (Some(0), None)] {
            let (mut state, now) = (State::default(), Instant::now());
            state.take(issued(life, None), now);
            let is_ready = |secs: u64| state.ready(now + Duration::from_secs(secs)).is_some();
            assert!(last_secs.is_none_or(is_ready), "{life:?}");
            assert!(!is_ready(last_secs.map_or(0, |secs| secs + 1)), "{life:?}");
        }
        let (mut state, now) = (State::default(), Instant::now());
        state.take(issued(None, None), now);
        assert!(
            state.ready(now + limits::TOKEN_LIFE_MAX).is_some(),
            "without a life it is good until it is not"
        );
    }

    #[test]
    fn only_a_token_in_the_place_of_another_is_to_be_kept() {
        let known = || Some(Zeroizing::new("first".to_owned()));
        for (refresh, given, unsaved) in [
            (known(), Some("second"), true),
            (known(), Some("first"), false),
            (known(), None, false),
            (None, Some("unasked"), false),
        ] {
            let mut state = State { refresh, ..State::default() };
            state.take(issued(None, given), Instant::now());
            assert_eq!(state.is_unsaved, unsaved, "{given:?}");
        }
    }

    #[tokio::test]
    async fn what_was_renewed_meanwhile_is_tried_and_not_renewed_again() {
        let client = Oauth2Client {
            token_url: "https://id.example.com/token".to_owned(),
            client_id: "hark".to_owned(),
            client_secret: None,
            refresh_token: None,
            scope: None,
            client_in_form: false,
        };
        let renewal = Renewal::new(client, None);
        let take = async || renewal.state.lock().await.take(issued(None, None), Instant::now());
        let (old, new) = (take().await, take().await);
        assert!(renewal.disbelieve(&old).await && renewal.state.lock().await.token.is_some());
        assert!(renewal.disbelieve(&new).await && renewal.state.lock().await.token.is_none());
        let newer = take().await;
        assert!(!renewal.disbelieve(&newer).await, "so soon, it is not the token's age");
    }
}
