//! The user service as it is served: its production router on both engines.

mod access;
mod accounts;
mod harness;
mod limits;
mod logins;
mod openapi;
mod operations;
mod replicas;
mod sessions;
mod staff_accounts;
mod staff_login;
mod store;
