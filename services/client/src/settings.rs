//! Where the services are, and how long and how often they are asked.

use chassis::secret::ShopSecret;
use std::time::Duration;

/// Where the services are, and the bounds of calls to them.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Public address of the user service, such as `http://127.0.0.1:8081`.
    pub user_url: String,
    /// Public address of the product service.
    pub product_url: String,
    /// Public address of the order service.
    pub order_url: String,
    pub secret: ShopSecret,
    pub limits: Limits,
}

impl Settings {
    /// The services at these addresses, with the usual bounds.
    pub fn new(user_url: &str, product_url: &str, order_url: &str, secret: ShopSecret) -> Self {
        Self {
            user_url: user_url.to_owned(),
            product_url: product_url.to_owned(),
            order_url: order_url.to_owned(),
            secret,
            limits: Limits::default(),
        }
    }
}

/// The bounds of calls to one peer. The defaults keep a page without an answer within 1.5 s.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// A read, with its retry.
    pub read: Duration,
    /// The first attempt of a read; what remains of `read` is the retry's.
    pub read_attempt: Duration,
    /// A write, with its retry if it may be repeated.
    pub write: Duration,
    /// The first attempt of a write that may be repeated.
    pub write_attempt: Duration,
    /// Whatever checks or hashes a password, which waits its turn there, while the circuit is closed.
    pub password: Duration,
    /// An import of a catalogue, while the circuit is closed.
    pub import: Duration,
    /// How long the circuit may have been open before an import is given up.
    pub import_patience: Duration,
    /// Making a connection.
    pub connect: Duration,
    /// A probe.
    pub probe: Duration,
    /// From the beginning of one probe to that of the next, give or take a tenth.
    pub probe_every: Duration,
    /// Calls under way at the same time.
    pub in_flight: usize,
    /// Of these, calls that may be slow: with passwords, and imports.
    pub slow_in_flight: usize,
    /// How long a call waits until another one has ended.
    pub queue: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            read: Duration::from_millis(1_000),
            read_attempt: Duration::from_millis(700),
            write: Duration::from_millis(1_400),
            write_attempt: Duration::from_millis(1_000),
            password: Duration::from_secs(5),
            import: Duration::from_secs(120),
            import_patience: Duration::from_secs(5),
            connect: Duration::from_millis(300),
            probe: Duration::from_millis(500),
            probe_every: Duration::from_secs(1),
            in_flight: 64,
            slow_in_flight: 32,
            queue: Duration::from_millis(100),
        }
    }
}
