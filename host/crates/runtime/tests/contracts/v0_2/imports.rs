//! What a guest of 0.2 may ask of the host, into the host's own types and back.

use hark_egress::{HttpFault, HttpRequest};
use hark_runtime::{GuestState, LogLevel};

use super::bindings::{host, http, types};

impl types::Host for GuestState {}

impl http::Host for GuestState {
    async fn fetch(
        &mut self,
        request: http::Request,
    ) -> wasmtime::Result<Result<http::Response, http::HttpFault>> {
        let http::Request { method, url, body, timeout_ms } = request;
        let request =
            HttpRequest { method, url, body, timeout_ms: timeout_ms.unwrap_or(0), ..HttpRequest::default() };
        Ok(match self.send(request).await {
            Ok(response) => {
                Ok(http::Response { payload: response.payload, status: response.status, body: response.body })
            }
            Err(HttpFault::Denied(why)) => Err(http::HttpFault::Denied(why)),
            Err(other) => Err(http::HttpFault::Failed(other.to_string())),
        })
    }
}

impl host::Host for GuestState {
    async fn now(&mut self) -> wasmtime::Result<i64> {
        Ok(GuestState::now(self))
    }

    async fn log(&mut self, lines: Vec<host::Line>) -> wasmtime::Result<()> {
        for line in lines {
            let level = match line.at {
                host::Level::Debug => LogLevel::Debug,
                host::Level::Info => LogLevel::Info,
                host::Level::Warn => LogLevel::Warn,
                host::Level::Error => LogLevel::Error,
            };
            self.say(level, &line.message);
        }
        Ok(())
    }
}
