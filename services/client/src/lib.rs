//! Typed calls to the three services, each bounded: time limits, a retry budget, a circuit breaker and a
//! bulkhead per peer.
//!
//! It decides nothing about pages: what a caller does without an answer is the caller's business.
