//! Files and ports, by Landlock.

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, LandlockStatus, NetPort,
    RestrictionStatus, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
    path_beneath_rules,
};

use crate::needs::SYSTEM_READ;
use crate::{Measure, Needs, State};

/// Rights on files that are told apart here: with this version devices are, too.
const FILES: ABI = ABI::V5;

/// Gives up the files and ports that are not needed. Two rulesets, so that an older kernel's ignorance of ports is
/// not taken for one of files.
pub fn confine(needs: &Needs) -> [Measure; 2] {
    let files = match &needs.programs {
        None => told(files(needs)),
        Some(why) => State::off(why.clone()),
    };
    [Measure::new("files", files), Measure::new("ports", told(ports(needs)))]
}

fn files(needs: &Needs) -> Result<RestrictionStatus, RulesetError> {
    let all = AccessFs::from_all(FILES);
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(all)?
        .scope(BitFlags::from(Scope::AbstractUnixSocket) | Scope::Signal)?
        .create()?
        .add_rules(path_beneath_rules(SYSTEM_READ, read))?
        .add_rules(path_beneath_rules(["/dev/null"], read | AccessFs::WriteFile))?
        .add_rules(path_beneath_rules(&needs.read, read))?
        .add_rules(path_beneath_rules(&needs.write, all & !BitFlags::from(AccessFs::Execute)))?
        .restrict_self()
}

fn ports(needs: &Needs) -> Result<RestrictionStatus, RulesetError> {
    let ports =
        needs.listen.iter().map(|port| Ok::<_, RulesetError>(NetPort::new(*port, AccessNet::BindTcp)));
    Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessNet::BindTcp)?
        .create()?
        .add_rules(ports)?
        .restrict_self()
}

fn told(status: Result<RestrictionStatus, RulesetError>) -> State {
    let status = match status {
        Ok(status) => status,
        Err(error) => return State::off(format!("Landlock refuses: {error}")),
    };
    match status.ruleset {
        RulesetStatus::FullyEnforced => State::On,
        RulesetStatus::PartiallyEnforced => {
            State::Partly(format!("this kernel's Landlock is older ({})", version(&status)))
        }
        RulesetStatus::NotEnforced => State::off(format!("this kernel lacks it ({})", version(&status))),
    }
}

fn version(status: &RestrictionStatus) -> String {
    match status.landlock {
        LandlockStatus::NotEnabled => "Landlock is not enabled; add it to the boot parameter lsm=".to_owned(),
        LandlockStatus::NotImplemented => "Landlock is not built in".to_owned(),
        LandlockStatus::Available { effective_abi, .. } => format!("Landlock {effective_abi}"),
    }
}
