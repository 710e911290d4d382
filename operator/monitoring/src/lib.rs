//! What the monitoring of shops asks, records, alerts on and shows.
//!
//! One description makes it all: [`journeys`] says which requests are which journey of a shopper, [`rules`] what is
//! recorded of them and when somebody is called, [`dashboards`] what people look at. Everything here is pure: it makes
//! values, which the operator applies for each Shop and the chart holds for all of them.

pub mod alert;
pub mod dashboards;
pub mod journeys;
pub mod rules;
