//! The uVM executor: runs ROM images at native speed, and records a run into the events the STARK's chips are filled from
//! ([`record`]).

pub mod record;
