//! The sessions that the user service has revoked, as every other service knows them.

use crate::{Copy, Metrics, Upstream, follow_copy};
use chassis::identity::Revocations;
use chassis::shutdown::Shutdown;
use contract::event::UserEvent;
use std::sync::Arc;

struct RevokedSessions(Revocations);

impl Copy for RevokedSessions {
    type Event = UserEvent;

    fn apply(&self, event: UserEvent) {
        let UserEvent::SessionRevoked(session) = event;
        self.0.revoke(session.session_id, session.expires_at.unix_ms());
    }
}

/// Refuses the keys of revoked sessions from the moment that the user service's feed tells of them, until
/// the process drains. While the user service is away nothing new is learnt; keys still expire by themselves.
pub async fn follow_revocations(
    upstream: Upstream,
    revocations: Revocations,
    shutdown: Shutdown,
    metrics: Metrics,
) {
    follow_copy(upstream, Arc::new(RevokedSessions(revocations)), shutdown, metrics).await;
}
