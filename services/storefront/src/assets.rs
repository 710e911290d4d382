//! The files that pages load: style, script, pictures of the sample shop; named by content, compressed once.
