//! Which value a credential has right now: its own, or the access token of the moment.

use std::sync::Arc;

use crate::oauth2::TokenFault;
use crate::refusal::Refusal;
use crate::renewal::{Renewal, Token};
use crate::secret::Kind;
use crate::upstream::Upstream;
use crate::{BoundCredential, HttpFault, Secret, SourceGate, WireFault};

/// Stands for an access token where a cassette answers.
const PLAYED: &str = "access-token-of-a-cassette";

/// A value as it is placed.
pub(crate) struct Current {
    pub(crate) secret: Secret,
    token: Option<(Arc<Renewal>, Token)>,
}

/// Why a credential has no value right now.
#[derive(Debug)]
pub(crate) enum NoValue {
    /// And will have none until the operator does something.
    Refused(Refusal),
    /// But may have one the next time.
    Later(String),
}

impl From<NoValue> for WireFault {
    fn from(why: NoValue) -> Self {
        match why {
            NoValue::Refused(refusal) => refusal.into(),
            // The contract has no other word for what passes.
            NoValue::Later(_) => Self::Closed,
        }
    }
}

impl NoValue {
    /// Returns the rule that was met, or the fault.
    pub(crate) fn into_refusal(self, gate: &SourceGate) -> Result<Refusal, HttpFault> {
        match self {
            Self::Refused(refusal) => Ok(refusal),
            Self::Later(why) => Err(HttpFault::Connect(gate.shown(&why))),
        }
    }
}

impl Current {
    /// Takes back what an upstream did not believe; returns whether there is another worth a try.
    pub(crate) async fn disbelieve(&self) -> bool {
        match &self.token {
            Some((renewal, token)) => renewal.disbelieve(token).await,
            None => false,
        }
    }
}

impl SourceGate {
    /// Returns the value of `credential`, whose `secret` may have to fetch it.
    pub(crate) async fn current(
        &self,
        credential: &BoundCredential,
        secret: &Secret,
    ) -> Result<Current, NoValue> {
        let Kind::Oauth2(client) = secret.kind() else {
            return Ok(Current { secret: secret.clone(), token: None });
        };
        let Upstream::Network(network) = &self.upstream else {
            return Ok(Current { secret: Secret::from(PLAYED.to_owned()), token: None });
        };
        let renewal = self.shared.renewal(client);
        let name = &credential.info.name;
        match renewal.current(&network.client).await {
            Ok(token) => {
                self.scrubber.learn(token.secret.expose());
                token.refresh.iter().for_each(|refresh| self.scrubber.learn(refresh));
                Ok(Current { secret: token.secret.clone(), token: Some((renewal, token)) })
            }
            Err(TokenFault::Refused(why)) => {
                tracing::error!(source = %self.source(), credential = %name, %why, "no access token: give the credential a new one");
                Err(NoValue::Refused(Refusal::CredentialRefused { name: name.clone(), why }))
            }
            Err(fault @ TokenFault::Later(_)) => {
                tracing::warn!(source = %self.source(), credential = %name, %fault, "no access token now");
                Err(NoValue::Later(fault.to_string()))
            }
        }
    }
}
