//! Access reviews: managers keep, change or remove the people of their companies by a date.
