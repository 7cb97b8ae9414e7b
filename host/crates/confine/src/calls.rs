//! System calls and programs, by seccomp.
//!
//! A list of what is refused, not of what is allowed: a library that is updated may use a new harmless call, and an
//! engine that maps code needs most of the dangerous-looking ones anyway.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch,
};

use crate::{Measure, Needs, State};

/// Calls that a listening server never makes: they look into other processes, change the system, load code into the
/// kernel, or go round the filter.
const REFUSED: &[libc::c_long] = &[
    libc::SYS_acct,
    libc::SYS_add_key,
    libc::SYS_adjtimex,
    libc::SYS_bpf,
    libc::SYS_chroot,
    libc::SYS_clock_adjtime,
    libc::SYS_clock_settime,
    libc::SYS_delete_module,
    libc::SYS_finit_module,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fsopen,
    libc::SYS_fspick,
    libc::SYS_init_module,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_io_uring_setup,
    libc::SYS_kcmp,
    libc::SYS_kexec_file_load,
    libc::SYS_kexec_load,
    libc::SYS_keyctl,
    libc::SYS_lookup_dcookie,
    libc::SYS_mount,
    libc::SYS_mount_setattr,
    libc::SYS_move_mount,
    libc::SYS_name_to_handle_at,
    libc::SYS_nfsservctl,
    libc::SYS_open_by_handle_at,
    libc::SYS_open_tree,
    libc::SYS_perf_event_open,
    libc::SYS_personality,
    libc::SYS_pidfd_getfd,
    libc::SYS_pivot_root,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_ptrace,
    libc::SYS_quotactl,
    libc::SYS_reboot,
    libc::SYS_request_key,
    libc::SYS_setdomainname,
    libc::SYS_sethostname,
    libc::SYS_setns,
    libc::SYS_settimeofday,
    libc::SYS_swapoff,
    libc::SYS_swapon,
    libc::SYS_syslog,
    libc::SYS_umount2,
    libc::SYS_unshare,
    libc::SYS_userfaultfd,
    libc::SYS_vhangup,
];

/// Calls that start a program.
const PROGRAMS: &[libc::c_long] = &[libc::SYS_execve, libc::SYS_execveat];

/// Families of sockets that are used: names are looked up over Netlink and Unix ones, too.
const FAMILIES: &[libc::c_int] = &[libc::AF_UNIX, libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK];

/// On x86-64 a second table of the same calls stands behind this bit.
#[cfg(target_arch = "x86_64")]
const TWIN: Option<i64> = Some(0x4000_0000);
#[cfg(not(target_arch = "x86_64"))]
const TWIN: Option<i64> = None;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Gives up the calls, and the starting of programs unless it is needed.
pub fn confine(needs: &Needs) -> [Measure; 2] {
    let programs = match &needs.programs {
        Some(why) => State::off(why.clone()),
        None => told(refuse(PROGRAMS.iter().map(|call| (*call, Vec::new())).collect())),
    };
    let calls = told(rules().and_then(refuse));
    [Measure::new("programs", programs), Measure::new("system-calls", calls)]
}

fn rules() -> Result<Rules, seccompiler::Error> {
    let mut rules: Rules = REFUSED.iter().map(|call| (*call, Vec::new())).collect();
    rules.insert(libc::SYS_socket, vec![odd_family()?]);
    rules.insert(libc::SYS_clone, vec![new_user_namespace()?]);
    Ok(rules)
}

/// A socket of none of the families that are used.
fn odd_family() -> Result<SeccompRule, seccompiler::Error> {
    let conditions = FAMILIES.iter().map(|family| {
        let family = u64::from(family.unsigned_abs());
        SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, family)
    });
    Ok(SeccompRule::new(conditions.collect::<Result<_, _>>()?)?)
}

/// A process in a world of its own, where it is root: the usual first step into the kernel.
fn new_user_namespace() -> Result<SeccompRule, seccompiler::Error> {
    let flag = u64::from(libc::CLONE_NEWUSER.unsigned_abs());
    let asked = SeccompCondition::new(0, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(flag), flag)?;
    Ok(SeccompRule::new(vec![asked])?)
}

fn refuse(mut rules: Rules) -> Result<(), seccompiler::Error> {
    if let Some(bit) = TWIN {
        let twins: Vec<_> = rules.iter().map(|(call, rules)| (call | bit, rules.clone())).collect();
        rules.extend(twins);
    }
    let refused = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let arch = TargetArch::try_from(std::env::consts::ARCH)?;
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, refused, arch)?;
    seccompiler::apply_filter(&BpfProgram::try_from(filter)?)
}

fn told(done: Result<(), seccompiler::Error>) -> State {
    match done {
        Ok(()) => State::On,
        Err(error) => State::off(format!("the kernel refuses: {error}")),
    }
}
