//! Proofs that go beside a token: that its holder has a second secret, too.
//!
//! Holds: a proof exists only where both values are bound, and goes only where its token goes. Not here: who may
//! receive the token.

use hark_model::Placement;
use url::Url;
use zeroize::Zeroizing;

use crate::credential::{HmacDigest, sign};
use crate::gate::GateError;
use crate::{BoundCredential, Secret};

/// The proof of one credential.
pub(crate) struct Proof {
    /// Name of the credential that it goes with.
    pub(crate) credential: String,
    parameter: String,
    value: Zeroizing<String>,
}

impl Proof {
    /// Returns the value; only the code that places or strips it may ask.
    pub(crate) fn expose(&self) -> &str {
        &self.value
    }

    /// Puts it in its place.
    pub(crate) fn place(&self, url: &mut Url) {
        url.query_pairs_mut().append_pair(&self.parameter, &self.value);
    }
}

/// Makes the proof of every credential whose value and key are bound.
pub(crate) fn all(credentials: &[BoundCredential]) -> Result<Vec<Proof>, GateError> {
    let mut proofs = Vec::new();
    for credential in credentials {
        let Placement::BearerProved { key, parameter } = &credential.info.placement else { continue };
        let declared = credentials
            .iter()
            .find(|known| known.info.name == *key && known.info.placement == Placement::WebhookKey);
        let declared = declared
            .ok_or_else(|| GateError::Proof { credential: credential.info.name.clone(), key: key.clone() })?;
        if let (Some(token), Some(key)) = (&credential.secret, &declared.secret) {
            proofs.push(Proof {
                credential: credential.info.name.clone(),
                parameter: parameter.clone(),
                value: proof_of(token, key),
            });
        }
    }
    Ok(proofs)
}

fn proof_of(token: &Secret, key: &Secret) -> Zeroizing<String> {
    let digest = Zeroizing::new(sign(key, HmacDigest::Sha256, token.expose().as_bytes()));
    Zeroizing::new(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}
