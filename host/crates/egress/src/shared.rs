//! What the gates of one process have in common: allowances of platforms, tokens of clients, where tokens are kept.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::allowance::{Account, Allowances};
use crate::oauth2::Oauth2Client;
use crate::renewal::Renewal;
use crate::vault::Vault;

/// Handed to every gate of a process; a clone shares all with its origin.
#[derive(Clone, Default)]
pub struct Shared {
    pub(crate) allowances: Arc<Allowances>,
    renewals: Arc<Mutex<HashMap<Account, Arc<Renewal>>>>,
    vault: Arc<OnceLock<Arc<Vault>>>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Never the renewals: they hold secrets.
        f.debug_struct("Shared").field("vault", &self.vault.get()).finish_non_exhaustive()
    }
}

impl Shared {
    /// Makes one whose gates keep new refresh tokens in `vault`.
    pub fn with_vault(vault: Vault) -> Self {
        let shared = Self::default();
        shared.keep_in(vault);
        shared
    }

    /// Has gates that are made from now on keep new refresh tokens in `vault`; the first one stays.
    pub fn keep_in(&self, vault: Vault) {
        let _ = self.vault.set(Arc::new(vault));
    }

    pub(crate) fn has_vault(&self) -> bool {
        self.vault.get().is_some()
    }

    /// Returns the tokens of `client`: the same for everybody who names the same client and token, or two of them
    /// would renew one token and make each other's worthless.
    pub(crate) fn renewal(&self, client: &Oauth2Client) -> Arc<Renewal> {
        let mut known = self.renewals.lock().unwrap_or_else(PoisonError::into_inner);
        let account = Account::new(&client.words(), &client.token_url);
        let make = || Arc::new(Renewal::new(client.clone(), self.vault.get().cloned()));
        Arc::clone(known.entry(account).or_insert_with(make))
    }
}
