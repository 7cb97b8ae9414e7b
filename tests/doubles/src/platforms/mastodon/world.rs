//! What there is on the played instance: statuses, accounts, notifications.

use std::collections::BTreeMap;

use crate::platforms::mastodon::notification::Notification;
use crate::platforms::mastodon::status::{Account, GENERATED_ACCOUNTS, Status, Visibility, first_id};
use crate::sample::{AUTHORS, Sample};
use crate::{Ms, Shelf};

/// Id of the account that listens.
pub const OWN_ID: u64 = 1;
/// Milliseconds between two generated statuses.
const STEP_MS: Ms = 1_000;

/// Statuses, accounts, notifications.
pub struct World {
    pub statuses: Shelf<Status>,
    /// Statuses that were deleted, so that they can come back.
    pub deleted: BTreeMap<u64, Status>,
    pub notifications: Shelf<Notification>,
    /// Answers to requests with an idempotency key: the status that each made, and when.
    pub keys: BTreeMap<(u64, String), (u64, Ms)>,
    accounts: BTreeMap<u64, Account>,
    last_id: u64,
}

impl World {
    /// Makes an instance on which nobody has said anything.
    pub fn new() -> Self {
        let own = Account::new(OWN_ID, "acme", "Acme");
        let jo = Account::new(55, "jofict@other.example", "Jo Fictional");
        Self {
            statuses: Shelf::default(),
            deleted: BTreeMap::new(),
            notifications: Shelf::default(),
            keys: BTreeMap::new(),
            accounts: [own, jo].into_iter().map(|account| (account.id, account)).collect(),
            last_id: 0,
        }
    }

    /// Generates `count` statuses, one each second, the last one second before `now`.
    pub fn seed(&mut self, seed: u64, count: u64, now: Ms) {
        let first = first_id(now - STEP_MS * Ms::try_from(count).unwrap_or(0));
        let step = first_id(STEP_MS);
        self.statuses.generate(first, step, count, move |number| generated(seed, number, first, step));
    }

    /// Returns an id for something of `now`, greater than all before.
    pub fn next_id(&mut self, now: Ms) -> u64 {
        let newest = self.statuses.last_id().map_or(0, |id| id + 1);
        self.last_id = first_id(now).max(self.last_id + 1).max(newest);
        self.last_id
    }

    /// Returns the account with that id.
    pub fn account(&self, id: u64) -> Option<Account> {
        self.accounts.get(&id).cloned().or_else(|| Account::generated(id))
    }

    /// Returns the account that is called so here.
    pub fn account_named(&self, acct: &str) -> Option<Account> {
        let is_it = |account: &Account| account.acct().eq_ignore_ascii_case(acct);
        self.accounts.values().find(|account| is_it(account)).cloned().or_else(|| {
            let mut all = (0..AUTHORS).filter_map(|number| Account::generated(GENERATED_ACCOUNTS + number));
            all.find(|account| is_it(account) && !self.accounts.contains_key(&account.id))
        })
    }

    /// Returns the account that is called so here, made if need be.
    pub fn obtain_account(&mut self, acct: &str) -> Account {
        if let Some(account) = self.account_named(acct) {
            return account;
        }
        let account = Account::new(110_000_000_000_000_000 + self.accounts.len() as u64, acct, acct);
        self.put_account(account.clone());
        account
    }

    /// Puts an account in the place of the one with its id.
    pub fn put_account(&mut self, account: Account) {
        self.accounts.insert(account.id, account);
    }

    /// Returns a status as `viewer` may see it.
    pub fn visible(&self, id: u64, viewer: Option<u64>) -> Option<Status> {
        self.statuses.get(id).filter(|status| self.may_see(status, viewer))
    }

    /// Tells whether `viewer` may see a status.
    pub fn may_see(&self, status: &Status, viewer: Option<u64>) -> bool {
        if self.account(status.author).is_some_and(|author| author.suspended) {
            return false;
        }
        match status.visibility {
            Visibility::Public | Visibility::Unlisted => true,
            // The account that listens follows everybody.
            Visibility::Private => viewer.is_some(),
            Visibility::Direct => viewer.is_some_and(|viewer| {
                status.author == viewer || self.mentions(status).iter().any(|account| account.id == viewer)
            }),
        }
    }

    /// Returns the accounts that a status mentions.
    pub fn mentions(&self, status: &Status) -> Vec<Account> {
        let mut found: Vec<Account> = Vec::new();
        for account in status.marked('@').filter_map(|acct| self.account_named(acct)) {
            if !found.contains(&account) {
                found.push(account);
            }
        }
        found
    }

    /// Tells the account that listens of a status that mentions it.
    pub fn notify(&mut self, status: &Status, now: Ms) {
        let is_mentioned = self.mentions(status).iter().any(|account| account.id == OWN_ID);
        if is_mentioned && status.author != OWN_ID {
            let id = self.notifications.last_id().unwrap_or(34_975_860) + 1;
            self.notifications.put(id, Notification::mention(status, now));
        }
    }
}

fn generated(seed: u64, number: u64, first: u64, step: u64) -> Status {
    let sample = Sample::nth(seed, number);
    let id_of = |number: u64| first + number * step;
    let mut status = Status::new(id_of(number), GENERATED_ACCOUNTS + sample.author, sample.text);
    status.text.push_str(" #acme");
    // Every tenth speaks to the account that listens.
    if number.is_multiple_of(10) {
        status.text = format!("@acme {}", status.text);
    }
    status.in_reply_to = sample.answers.map(|back| id_of(number - back));
    status.favourites = sample.likes;
    status
}
