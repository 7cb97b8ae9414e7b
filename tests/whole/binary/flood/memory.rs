//! What a process holds, as the kernel counts it.

/// Returns the resident memory of this process at its highest since the last [`forget_peak`], in KiB.
pub fn peak_kib() -> u64 {
    status("VmHWM:")
}

/// Returns the resident memory of this process, in KiB.
pub fn resident_kib() -> u64 {
    status("VmRSS:")
}

/// Makes the peak what is resident now.
pub fn forget_peak() {
    // 5 resets the high-water mark, see proc(5); where that is not allowed the peak is of the whole life.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}
