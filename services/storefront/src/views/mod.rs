//! What each page shows, as plain data beside its template.
