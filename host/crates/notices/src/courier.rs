//! The courier: takes notices that are due, sends them, and notes what came of it.
//!
//! Holds: one slow target keeps no other waiting; nothing is sent without a lease; however the process ends, what it
//! held is sent later or uncertain, and never forgotten. Not here: what a target is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use hark_lifecycle::Shutdown;
use hark_model::Ms;
use hark_store::{ChimeInStanding, ClaimedNotice, NoticeClaim, NoticeEnd, NoticeId, Store, StoreError};
use rand::Rng as _;

use crate::attempt::later;
use crate::digest::digest_of;
use crate::letter::Letter;
use crate::question::Questions;
use crate::smtp::MailAddress;
use crate::target::{Target, Way};
use crate::{Attempt, Mask, Tried, limits, mail};

/// Tells the time, in UTC milliseconds.
pub type Clock = Arc<dyn Fn() -> Ms + Send + Sync>;

/// How many notices a round brought where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// Taken by their target.
    pub sent: u32,
    /// To be tried again.
    pub again: u32,
    /// May have arrived.
    pub uncertain: u32,
    /// Given up.
    pub dead: u32,
}

/// Sends notices; as many couriers as there are may share one database.
#[derive(Clone)]
pub struct Courier {
    store: Store,
    targets: Arc<Vec<Target>>,
    /// Targets that somebody else serves, or nobody for now: their notices wait.
    elsewhere: Arc<Vec<String>>,
    mask: Mask,
    questions: Option<Questions>,
    clock: Clock,
}

impl std::fmt::Debug for Courier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Courier").field("targets", &self.targets.len()).finish_non_exhaustive()
    }
}

/// Notes that a notice is handed over; remembers whether it was.
pub(crate) struct HandOver<'a> {
    courier: &'a Courier,
    id: NoticeId,
    lease: i64,
    done: AtomicBool,
}

impl HandOver<'_> {
    /// Notes it on the disk; false if the notice must not be sent by us.
    pub async fn note(&self) -> bool {
        let now = (self.courier.clock)();
        let noted = self.courier.store.hand_over_notice(self.id, self.lease, now).await;
        // What cannot be noted must not be done.
        let noted = noted.unwrap_or(false);
        self.done.store(noted, Ordering::Relaxed);
        noted
    }
}

impl Courier {
    /// Makes a courier; without `questions` no question to an expert can be sent.
    pub fn new(
        store: Store,
        targets: Vec<Target>,
        mask: Mask,
        questions: Option<Questions>,
        clock: Clock,
    ) -> Self {
        let elsewhere = Arc::default();
        Self { store, targets: Arc::new(targets), elsewhere, mask, questions, clock }
    }

    /// Lets notices wait that are for these targets, too: others serve them, or they cannot be served for now.
    pub fn leaving(self, names: Vec<String>) -> Self {
        Self { elsewhere: Arc::new(names), ..self }
    }

    /// Sends until ordered to stop. Attempts under way have a moment to end then; what is not handed over by that time
    /// is given back, and what is handed over without an answer is uncertain.
    pub async fn run(self, shutdown: Shutdown) {
        let serve = self.targets.iter().map(|target| self.serve(target, shutdown.clone()));
        tokio::join!(join_all(serve), self.sweep_on(shutdown.clone()));
    }

    async fn serve(&self, target: &Target, shutdown: Shutdown) {
        let mut pause = Duration::ZERO;
        loop {
            tokio::select! {
                biased;
                () = shutdown.ordered() => return,
                () = tokio::time::sleep(pause) => {}
            }
            // Every commit of the store wakes its screens, so where nothing is due nothing is written.
            pause = match self.visit(target, Some(&shutdown)).await {
                Ok(round) if round == Round::default() => limits::ROUND_PAUSE,
                Ok(_) => Duration::ZERO,
                Err(error) => {
                    tracing::warn!(target = target.name(), %error, "notices wait: the store failed");
                    limits::ROUND_PAUSE
                }
            };
        }
    }

    async fn sweep_on(&self, shutdown: Shutdown) {
        loop {
            if let Err(error) = self.sweep().await {
                tracing::warn!(%error, "old notices are not swept: the store failed");
            }
            tokio::select! {
                biased;
                () = shutdown.ordered() => return,
                () = tokio::time::sleep(Duration::from_secs(60)) => {}
            }
        }
    }

    /// Sends what is due now, once; for those who keep time themselves.
    pub async fn round(&self) -> Result<Round, StoreError> {
        self.sweep().await?;
        let mut whole = Round::default();
        for visited in join_all(self.targets.iter().map(|target| self.visit(target, None))).await {
            let Round { sent, again, uncertain, dead } = visited?;
            whole.sent += sent;
            whole.again += again;
            whole.uncertain += uncertain;
            whole.dead += dead;
        }
        Ok(whole)
    }

    /// Gives up what is for nobody, closes questions whose time is over, erases old words.
    async fn sweep(&self) -> Result<(), StoreError> {
        let now = (self.clock)();
        let served = self.targets.iter().map(|target| target.name().to_owned());
        let known = served.chain(self.elsewhere.iter().cloned()).collect();
        let orphans = self.store.give_up_orphaned_notices(known).await?;
        if orphans > 0 {
            tracing::warn!(orphans, "notices are for targets that the settings do not name: they rest");
        }
        self.store.expire_chime_ins(now).await?;
        self.store.erase_notices(now.saturating_sub(later(0, limits::WORDS_KEPT))).await?;
        Ok(())
    }

    async fn visit(&self, target: &Target, shutdown: Option<&Shutdown>) -> Result<Round, StoreError> {
        let now = (self.clock)();
        let quiet = target.policy.quiet.as_ref().is_some_and(|quiet| quiet.holds(now));
        if !quiet {
            self.gather(target, now).await?;
        }
        if self.store.next_notice_due(target.name(), quiet).await?.is_none_or(|due| due > now) {
            return Ok(Round::default());
        }
        let lease: i64 = rand::rng().random();
        let claim = NoticeClaim {
            target: target.name.clone(),
            lease,
            at: now,
            until: later(now, limits::LEASE),
            count: limits::AT_ONCE_MAX,
            per_minute_max: target.policy.per_minute_max,
            urgent_only: quiet,
            repeats_max: target.policy.repeats_max,
            repeat_at: later(now, limits::UNCERTAIN_PAUSE),
        };
        let claimed = self.store.claim_notices(claim).await?;
        let mut round = Round::default();
        let delivered = claimed.iter().map(|notice| self.deliver(target, lease, notice, shutdown));
        for end in join_all(delivered).await {
            match end? {
                Some(NoticeEnd::Sent) => round.sent += 1,
                Some(NoticeEnd::Again { .. }) => round.again += 1,
                Some(NoticeEnd::Uncertain { .. }) => round.uncertain += 1,
                Some(NoticeEnd::Dead { .. }) => round.dead += 1,
                None => {}
            }
        }
        Ok(round)
    }

    /// Makes a digest of what is held, once the oldest of it has waited long enough.
    async fn gather(&self, target: &Target, now: Ms) -> Result<(), StoreError> {
        let held = self.store.held_notices(target.name(), limits::DIGEST_NOTICES_MAX).await?;
        let Some(every) = target.policy.digest_every else {
            if !held.is_empty() {
                self.store.release_held_notices(target.name()).await?;
            }
            return Ok(());
        };
        if held.first().is_some_and(|oldest| later(oldest.at, every) <= now) {
            let ids = held.iter().map(|row| row.id).collect();
            // Another courier may have been quicker, or a person dropped one: then the next visit sees the rest.
            self.store.bundle_notices(digest_of(target.name(), &held, now), ids).await?;
        }
        Ok(())
    }

    /// Sends one notice and notes what came of it.
    async fn deliver(
        &self,
        target: &Target,
        lease: i64,
        notice: &ClaimedNotice,
        shutdown: Option<&Shutdown>,
    ) -> Result<Option<NoticeEnd>, StoreError> {
        let hand_over = HandOver { courier: self, id: notice.id, lease, done: AtomicBool::new(false) };
        let attempt = tokio::select! {
            attempt = self.attempt(target, notice, &hand_over) => attempt?,
            why = out_of_time(shutdown) => match hand_over.done.load(Ordering::Relaxed) {
                true => Attempt::Unknown { fault: format!("{why} before the target had answered") },
                false => Attempt::failed(why),
            },
        };
        let now = (self.clock)();
        if let Attempt::Failed { rest_until: Some(until), .. } = attempt {
            self.store.hold_notices(target.name(), until).await?;
        }
        let tried = Tried { attempts: notice.attempts, uncertain_count: notice.uncertain_count };
        let Some(end) = attempt.end(tried, target.policy.repeats_max, now, rand::rng().random()) else {
            return Ok(None);
        };
        if let NoticeEnd::Dead { fault } = &end {
            tracing::warn!(key = notice.key, target = target.name(), fault, "a notice is given up");
        }
        let settled = self.store.settle_notice(notice.id, lease, end.clone(), now).await?;
        Ok(settled.then_some(end))
    }

    async fn attempt(
        &self,
        target: &Target,
        notice: &ClaimedNotice,
        hand_over: &HandOver<'_>,
    ) -> Result<Attempt, StoreError> {
        let now = (self.clock)();
        if notice.chime_in.is_some() && self.questions.is_none() {
            // The settings may have it tomorrow.
            return Ok(Attempt::failed("there is no key for questions"));
        }
        let letter = match self.letter(notice, now).await? {
            Ok(letter) => letter,
            Err(fault) => return Ok(Attempt::Refused { fault: fault.to_owned() }),
        };
        Ok(match &target.way {
            Way::Webhook(webhook) => webhook.send(&letter, now).await,
            Way::Slack(slack) if hand_over.note().await => slack.send(&letter, now).await,
            Way::Slack(_) => Attempt::NotOurs,
            Way::Mail { smtp, from, to } => {
                let one = letter.to.as_deref().map(MailAddress::parse).transpose();
                let reply_to = letter.reply_to.as_deref().map(MailAddress::parse).transpose();
                let (Ok(one), Ok(reply_to)) = (one, reply_to) else {
                    return Ok(Attempt::Refused { fault: "the address of the person is none".to_owned() });
                };
                let to = one.map_or_else(|| to.clone(), |one| vec![one]);
                if to.is_empty() {
                    return Ok(Attempt::Refused { fault: "the target names no address".to_owned() });
                }
                let Ok(raw) = mail::compose(&letter, from, &to) else {
                    return Ok(Attempt::Refused { fault: "the mail cannot be written".to_owned() });
                };
                // What comes back of a question comes to where its answer would.
                smtp.send(reply_to.as_ref().unwrap_or(from), &to, &raw, hand_over).await
            }
        })
    }

    /// Returns the letter, or why there is none.
    async fn letter(
        &self,
        notice: &ClaimedNotice,
        now: Ms,
    ) -> Result<Result<Letter, &'static str>, StoreError> {
        let Some(id) = notice.chime_in else { return Ok(Ok(Letter::new(notice, &self.mask, None))) };
        let Some(questions) = &self.questions else { return Ok(Err("there is no key for questions")) };
        if self.store.chime_in_standing(id, now).await? != ChimeInStanding::Open {
            return Ok(Err("the question is closed"));
        }
        let secrets = questions.secrets(id).await?;
        Ok(secrets
            .map(|secrets| Letter::new(notice, &self.mask, Some(secrets)))
            .ok_or("the key is another one"))
    }
}

/// Returns when an attempt has to end, with the reason: it takes too long, or we are to stop.
async fn out_of_time(shutdown: Option<&Shutdown>) -> &'static str {
    let stopped = async {
        match shutdown {
            Some(shutdown) => shutdown.ordered().await,
            None => std::future::pending().await,
        }
        tokio::time::sleep(limits::STOP_WAIT).await;
    };
    tokio::select! {
        () = tokio::time::sleep(limits::ATTEMPT_WAIT_MAX) => "too much time went by",
        () = stopped => "Hark was stopped",
    }
}
