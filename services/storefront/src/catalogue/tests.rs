//! The copy and the feed that it follows, over HTTP.
