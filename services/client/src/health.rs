//! What is known of the services.

/// Whether a service answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PeerHealth {
    /// Its circuit is closed, and it gave a good answer within the last 5 s.
    Up,
    /// Its circuit is open or on trial.
    Down,
    /// Nothing has been heard, or not for long.
    Unknown,
}

/// Whether the three services answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Health {
    pub user: PeerHealth,
    pub product: PeerHealth,
    pub order: PeerHealth,
}
