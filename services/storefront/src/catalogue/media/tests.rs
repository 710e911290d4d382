//! Pictures from a source that counts how often it is asked.
