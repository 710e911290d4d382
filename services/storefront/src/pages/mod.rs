//! One file per page: what it asks the services, what it does without their answer, what it shows.
mod staff;
