//! The longest time that a request's head may take, without a timer for each request.
//!
//! hyper asks for a timer when it begins to wait for a head, and drops it when the head is there. Here that
//! only notes a time; whoever drives the connection sleeps until it, which is seldom needed.

use hyper::rt::{Sleep, Timer};
use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::{Duration, Instant},
};

/// The timer of one connection. Clones are one.
#[derive(Clone, Default)]
pub(crate) struct HeadTimer(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// When the head that is waited for has to be there.
    deadline: Option<Instant>,
    is_over: bool,
}

impl HeadTimer {
    /// Resolves when a head is late; the connection, once polled, then ends itself. `usual` is the time that
    /// heads are given.
    pub(crate) async fn is_late(&self, usual: Duration) {
        let mut next_look = Instant::now() + usual;
        loop {
            tokio::time::sleep_until(next_look.into()).await;
            let (mut state, now) = (self.state(), Instant::now());
            match state.deadline {
                Some(deadline) if deadline <= now => {
                    *state = State { deadline: None, is_over: true };
                    return;
                }
                Some(deadline) => next_look = deadline,
                // A head that is waited for from now on is not late before that.
                None => next_look = now + usual,
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Timer for HeadTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(Instant::now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        *self.state() = State { deadline: Some(deadline), is_over: false };
        Box::pin(Wait(self.clone()))
    }

    /// The wait goes on: it is for whatever time is noted.
    fn reset(&self, _: &mut Pin<Box<dyn Sleep>>, new_deadline: Instant) {
        *self.state() = State { deadline: Some(new_deadline), is_over: false };
    }
}

/// Waiting for one head.
struct Wait(HeadTimer);

impl Sleep for Wait {}

impl Future for Wait {
    type Output = ();

    /// Nobody is woken: who waits for the head to be late polls the connection then.
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.0.state().is_over { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        self.0.state().deadline = None;
    }
}

#[cfg(test)]
mod tests {
    use super::HeadTimer;
    use futures::FutureExt as _;
    use hyper::rt::Timer as _;
    use std::time::{Duration, Instant};

    const USUAL: Duration = Duration::from_millis(20);

    #[tokio::test]
    async fn a_head_is_late_when_its_time_is_over_and_not_before() {
        let timer = HeadTimer::default();
        drop(timer.sleep(USUAL));
        let began = Instant::now();
        let mut head = timer.sleep(3 * USUAL);
        assert!(head.as_mut().now_or_never().is_none());
        timer.is_late(USUAL).await;
        assert!(began.elapsed() >= 3 * USUAL);
        assert!(head.as_mut().now_or_never().is_some());
        // The next one has its own time.
        let mut head = timer.sleep(USUAL);
        assert!(head.as_mut().now_or_never().is_none());
        timer.is_late(USUAL).await;
        assert!(head.as_mut().now_or_never().is_some());
        timer.reset(&mut head, Instant::now() + USUAL);
        assert!(head.as_mut().now_or_never().is_none());
        timer.is_late(USUAL).await;
        assert!(head.as_mut().now_or_never().is_some());
    }

    #[tokio::test]
    async fn nothing_is_late_while_no_head_is_waited_for() {
        let timer = HeadTimer::default();
        drop(timer.sleep(USUAL));
        assert!(tokio::time::timeout(5 * USUAL, timer.is_late(USUAL)).await.is_err());
    }
}
