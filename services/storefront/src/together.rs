//! Visitors who want to know the same at the same moment ask once.
//!
//! Only a question that was not sent yet is shared. So every answer is at least as new as the question: who has
//! just changed something sees it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use client::CallError;
use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared, WeakShared};

/// The questions of one kind that are about to be asked. `K` says what is asked for; clones of `T` are cheap.
pub(crate) struct Together<K, T> {
    unsent: Unsent<K, T>,
}

type Answer<T> = Result<T, CallError>;
type Asking<T> = BoxFuture<'static, Answer<T>>;
type Unsent<K, T> = Arc<Mutex<HashMap<K, WeakShared<Asking<T>>>>>;

/// The service's word that somebody asks too often.
const TOO_MANY_REQUESTS: u16 = 429;

impl<K, T> Default for Together<K, T> {
    fn default() -> Self {
        Self { unsent: Arc::default() }
    }
}

impl<K, T> Together<K, T>
where
    K: Clone + Eq + Hash + Send + 'static,
    T: Clone + Send + Sync + 'static,
{
    /// Asks, or waits for the answer of somebody who is about to ask for the same.
    ///
    /// # Errors
    /// What the question failed with.
    pub(crate) async fn ask<F>(&self, key: K, question: impl Fn() -> F) -> Answer<T>
    where
        F: Future<Output = Answer<T>> + Send + 'static,
    {
        let (asking, is_others) = self.join(key, &question);
        // All who are ready to ask do so, before the first of them goes on and sends the question.
        tokio::task::yield_now().await;
        match asking.await {
            // The limit that somebody else has reached is theirs.
            Err(error) if is_others && error.refused_with(TOO_MANY_REQUESTS).is_some() => question().await,
            answer => answer,
        }
    }

    /// The question, and whether somebody else asks it.
    fn join<F>(&self, key: K, question: impl Fn() -> F) -> (Shared<Asking<T>>, bool)
    where
        F: Future<Output = Answer<T>> + Send + 'static,
    {
        let mut unsent = lock(&self.unsent);
        if let Some(asking) = unsent.get(&key).and_then(WeakShared::upgrade) {
            return (asking, true);
        }
        // Of those who went away before they asked.
        unsent.retain(|_, asking| asking.upgrade().is_some());
        let (question, own_key, all) = (question(), key.clone(), Arc::clone(&self.unsent));
        let asking = async move {
            lock(&all).remove(&own_key);
            question.await
        };
        let asking = asking.boxed().shared();
        unsent.extend(asking.downgrade().map(|asking| (key, asking)));
        (asking, false)
    }
}

fn lock<M>(mutex: &Mutex<M>) -> MutexGuard<'_, M> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{Answer, Together};
    use client::{CallError, Refused};
    use contract::Problem;
    use futures::FutureExt as _;
    use std::sync::atomic::{AtomicU32, Ordering};
    use tokio::sync::Notify;

    fn too_often() -> CallError {
        let problem =
            r#"{"type":"urn:shopkeeper:problem:too-many-requests","title":"","status":429,"message":""}"#;
        let problem: Box<Problem> = serde_json::from_str(problem).unwrap();
        CallError::Refused(Refused { status: 429, problem, retry_after: None })
    }

    #[tokio::test]
    async fn those_who_ask_for_the_same_at_once_ask_once() {
        let (together, asked) = (Together::default(), AtomicU32::new(0));
        let ask = |key: &'static str| {
            let asked = &asked;
            let question = move || {
                let number = asked.fetch_add(1, Ordering::Relaxed);
                async move { Ok((key, number)) }
            };
            together.ask(key, question)
        };
        let answers = futures::future::join_all([ask("a"), ask("b"), ask("a"), ask("a")]).await;
        let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
        assert_eq!(answers, [("a", 0), ("b", 1), ("a", 0), ("a", 0)]);
        assert_eq!(ask("a").await.unwrap(), ("a", 2), "an answer is not kept");
    }

    #[tokio::test]
    async fn a_question_that_was_sent_is_not_joined() {
        static GO_ON: Notify = Notify::const_new();
        let (together, asked) = (Together::default(), AtomicU32::new(0));
        let ask = || {
            together.ask((), || {
                let number = asked.fetch_add(1, Ordering::Relaxed);
                async move {
                    GO_ON.notified().await;
                    Ok(number)
                }
            })
        };
        let mut first = Box::pin(ask());
        for _ in 0..3 {
            assert!((&mut first).now_or_never().is_none());
            tokio::task::yield_now().await;
        }
        let mut second = Box::pin(ask());
        assert!((&mut second).now_or_never().is_none());
        GO_ON.notify_one();
        assert_eq!(first.await.unwrap(), 0);
        GO_ON.notify_one();
        assert_eq!(second.await.unwrap(), 1, "it may have been answered before the second one asked");
    }

    #[tokio::test]
    async fn who_goes_away_takes_no_answer_from_the_others() {
        let together = Together::default();
        let ask = || together.ask((), || async { Ok(7) });
        let mut gone = Box::pin(ask());
        assert!((&mut gone).now_or_never().is_none());
        let staying = ask();
        let staying = async move {
            drop(gone);
            staying.await
        };
        assert_eq!(staying.await.unwrap(), 7);
        drop(Box::pin(ask()).now_or_never());
        assert_eq!(ask().await.unwrap(), 7, "a question that nobody waited for is asked anew");
    }

    #[tokio::test]
    async fn the_limit_of_one_is_not_the_limit_of_all() {
        let together = Together::default();
        let ask = |may: bool| {
            together.ask((), move || async move { if may { Ok("answer") } else { Err(too_often()) } })
        };
        let answers: [Answer<_>; 2] = futures::future::join(ask(false), ask(true)).await.into();
        assert!(answers[0].as_ref().is_err_and(|error| error.refused_with(429).is_some()));
        assert_eq!(answers[1].as_ref().ok(), Some(&"answer"));
    }
}
