//! How a session starts queries.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use arrowsmith_contract::{CancelToken, StopReason};

use super::Session;
use crate::context::QueryContext;
use crate::work::AtEnd;
use crate::{Pending, Result, ResultStream};

impl Session {
    /// Starts a query. It ends with the work, which may take `timeout`.
    pub(crate) fn start<T, F>(
        &self,
        timeout: Option<Duration>,
        work: impl FnOnce(QueryContext) -> F,
    ) -> Pending<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        self.launch(timeout, AtEnd::Stop, work)
    }

    /// Starts a query that goes on in the stream which the work gives. The timeout is for both.
    pub(crate) fn start_stream<F>(
        &self,
        timeout: Option<Duration>,
        work: impl FnOnce(QueryContext) -> F,
    ) -> Pending<ResultStream>
    where
        F: Future<Output = Result<ResultStream>> + Send + 'static,
    {
        self.launch(timeout, AtEnd::Keep, work)
    }

    fn launch<T, F>(
        &self,
        timeout: Option<Duration>,
        at_end: AtEnd,
        work: impl FnOnce(QueryContext) -> F,
    ) -> Pending<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        match self.begin(timeout) {
            Ok(query) => Pending::start(&self.inner.runtime, &query, at_end, work(query.clone())),
            Err(error) => Pending::ready(Err(error)),
        }
    }

    /// What belongs to a new query. Its token is raised by [`Self::cancel`] and with the call that
    /// this thread is in.
    fn begin(&self, timeout: Option<Duration>) -> Result<QueryContext> {
        self.check_open()?;
        let token = CancelToken::for_this_thread();
        let mut running = self.inner.running.lock();
        // Closing raises what is here, so what comes after it must not.
        self.check_open()?;
        running.retain(|token| !token.is_unused() && !token.is_stopped());
        running.push(token.clone());
        drop(running);
        if let Some(limit) = timeout {
            token.stop_after(limit, StopReason::QueryTimeout(limit));
        }
        Ok(QueryContext::new(token, Arc::clone(&self.inner.errors)))
    }
}
