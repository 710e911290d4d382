//! The shopper's session: who it is, in a sealed cookie.
