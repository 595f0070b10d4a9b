//! Kernels alone against the testkit's naive oracles; cases shrink to the smallest that fails.

mod calendar;
mod expression;
mod filter;
mod funnel;
mod page_group;
mod survey;
mod survey_given;
mod user_test;
