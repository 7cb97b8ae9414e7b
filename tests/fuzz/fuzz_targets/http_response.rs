//! Drives `http_response` with libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    hark_fuzz::http_response(data);
});
