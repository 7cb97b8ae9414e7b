//! Drives `email` with libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    hark_fuzz::email(data);
});
