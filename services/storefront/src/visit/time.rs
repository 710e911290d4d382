//! How long the services are waited for on one page, all questions together.
//!
//! Without it, each question keeps within its own limit, and a page that asks three services which all hang
//! takes the sum. What is slow by nature (passwords, imports) has time of its own.

use std::sync::OnceLock;
use std::time::Duration;

use tokio::time::Instant;

/// The time of a page: a write within its limit (1.4 s), or a read and half of another one.
const PAGE: Duration = Duration::from_millis(1_500);

/// What of it handing over may take, when a page is looked at that only wants to be shown.
const HAND_OVER: Duration = Duration::from_millis(750);

/// The time of one page. It does not run while a form is still on its way here.
#[derive(Debug, Default)]
pub(super) struct PageTime {
    /// Taken before the form was read.
    spent: Duration,
    ends: OnceLock<Instant>,
    /// Of a step that leaves time for the next one.
    step_ends: Option<Instant>,
}

impl PageTime {
    /// Something took this long before the page's own questions.
    pub(super) fn was_spent(&mut self, spent: Duration) {
        self.spent += spent;
    }

    /// When the page does not wait any more. The time begins to run when this is asked first.
    pub(super) fn ends(&self) -> Instant {
        let ends = *self.ends.get_or_init(|| Instant::now() + PAGE.saturating_sub(self.spent));
        self.step_ends.map_or(ends, |step| step.min(ends))
    }

    /// What is left of it.
    pub(super) fn left(&self) -> Duration {
        self.ends().saturating_duration_since(Instant::now())
    }

    /// From here until [`Self::end_hand_over`], there is only the time for handing over.
    pub(super) fn begin_hand_over(&mut self) {
        self.step_ends = Some(Instant::now() + HAND_OVER);
    }

    pub(super) fn end_hand_over(&mut self) {
        self.step_ends = None;
    }

    /// All of the time once more.
    pub(super) fn start_over(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::{HAND_OVER, PAGE, PageTime};
    use std::time::Duration;

    #[test]
    fn what_was_spent_before_the_form_came_is_missing_afterwards() {
        let mut time = PageTime::default();
        time.was_spent(Duration::from_millis(1_000));
        assert!(time.left() <= PAGE - Duration::from_millis(1_000));
        time.start_over();
        assert!(time.left() > Duration::from_millis(1_000));
        let mut none = PageTime::default();
        none.was_spent(2 * PAGE);
        assert_eq!(none.left(), Duration::ZERO);
    }

    #[test]
    fn handing_over_leaves_time_for_the_page_and_takes_none_that_is_not_there() {
        let mut time = PageTime::default();
        let whole = time.ends();
        time.begin_hand_over();
        assert!(time.left() <= HAND_OVER && time.ends() < whole);
        time.end_hand_over();
        assert_eq!(time.ends(), whole);
        let mut late = PageTime::default();
        late.was_spent(PAGE);
        late.begin_hand_over();
        assert_eq!(late.left(), Duration::ZERO);
    }
}
