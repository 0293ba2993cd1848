pub mod expire;
