//! The operator's guide says what is so: its tables, its example and its numbers are compared
//! with the code, and those of its commands are run that need no account.

mod commands;
mod figures;
mod page;
mod record;
mod tables;
