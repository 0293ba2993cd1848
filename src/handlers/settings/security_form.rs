//! The fields of the security policy.

use serde::Deserialize;

use crate::authz::session_rules::TwoFactorRule;
use crate::common::form::FormErrors;
use crate::models::security_policy::SecurityPolicy;

/// As long as the instance lets any session go on: 14 days without activity, 90 days in all.
const LONGEST_IDLE: i32 = 14 * 24 * 60;
const LONGEST_SESSION: i32 = 90 * 24;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SecurityForm {
    pub two_factor: String,
    pub two_factor_grace_days: String,
    pub idle_minutes: String,
    pub absolute_hours: String,
    pub step_up_minutes: String,
    pub action: String,
}

impl From<&SecurityPolicy> for SecurityForm {
    fn from(policy: &SecurityPolicy) -> Self {
        let text = |number: Option<i32>| number.map(|number| number.to_string()).unwrap_or_default();
        Self {
            two_factor: policy.two_factor.as_str().to_owned(),
            two_factor_grace_days: policy.grace_days.to_string(),
            idle_minutes: text(policy.idle_minutes),
            absolute_hours: text(policy.absolute_hours),
            step_up_minutes: policy.step_up_minutes.to_string(),
            action: String::new(),
        }
    }
}

fn whole(text: &str, from: i32, to: i32, message: &'static str) -> Result<i32, &'static str> {
    let number = text.trim().parse::<i32>().ok();
    number.filter(|number| (from..=to).contains(number)).ok_or(message)
}

fn optional(text: &str, from: i32, to: i32, message: &'static str) -> Result<Option<i32>, &'static str> {
    if text.trim().is_empty() {
        Ok(None)
    } else {
        whole(text, from, to, message).map(Some)
    }
}

impl SecurityForm {
    /// The policy, or what is wrong with each field.
    pub fn read(&self) -> Result<SecurityPolicy, FormErrors> {
        let mut errors = FormErrors::none();
        let rule = TwoFactorRule::parse(&self.two_factor).ok_or("Choose who needs two-factor authentication");
        let rule = errors.take("two_factor", rule);
        let grace = whole(
            &self.two_factor_grace_days,
            0,
            90,
            "Enter a number of days from 0 to 90",
        );
        let grace = errors.take("two_factor_grace_days", grace);
        let idle = "Enter 5 to 20,160 minutes (14 days), or leave it empty";
        let idle = errors.take("idle_minutes", optional(&self.idle_minutes, 5, LONGEST_IDLE, idle));
        let absolute = "Enter 1 to 2,160 hours (90 days), or leave it empty";
        let absolute = errors.take(
            "absolute_hours",
            optional(&self.absolute_hours, 1, LONGEST_SESSION, absolute),
        );
        let step_up = whole(&self.step_up_minutes, 1, 1440, "Enter 1 to 1,440 minutes");
        let step_up = errors.take("step_up_minutes", step_up);
        if let (Some(Some(idle)), Some(Some(absolute))) = (idle, absolute)
            && idle > absolute * 60
        {
            errors.add(
                "idle_minutes",
                format!("Enter at most {} minutes, the total of the sessions", absolute * 60),
            );
        }
        match (rule, grace, idle, absolute, step_up) {
            (Some(two_factor), Some(grace_days), Some(idle_minutes), Some(absolute_hours), Some(step_up_minutes))
                if errors.is_empty() =>
            {
                Ok(SecurityPolicy {
                    two_factor,
                    grace_days,
                    idle_minutes,
                    absolute_hours,
                    step_up_minutes,
                })
            }
            _ => Err(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_field_says_what_fits_it() {
        let policy = SecurityPolicy {
            two_factor: TwoFactorRule::Everyone,
            grace_days: 14,
            idle_minutes: Some(30),
            absolute_hours: None,
            step_up_minutes: 15,
        };
        let form = SecurityForm::from(&policy);
        assert_eq!(form.read(), Ok(policy));
        let wrong = |change: fn(&mut SecurityForm), field: &str| {
            let mut form = form.clone();
            change(&mut form);
            let errors = form.read().expect_err(field);
            assert!(errors.get(field).is_some(), "{field}: {errors:?}");
        };
        wrong(|form| form.two_factor = "all".into(), "two_factor");
        wrong(
            |form| form.two_factor_grace_days = "400".into(),
            "two_factor_grace_days",
        );
        wrong(|form| form.two_factor_grace_days = "-1".into(), "two_factor_grace_days");
        wrong(|form| form.idle_minutes = "4".into(), "idle_minutes");
        wrong(|form| form.idle_minutes = "soon".into(), "idle_minutes");
        wrong(|form| form.absolute_hours = "0".into(), "absolute_hours");
        wrong(|form| form.step_up_minutes = String::new(), "step_up_minutes");
        wrong(
            |form| {
                form.idle_minutes = "90".into();
                form.absolute_hours = "1".into();
            },
            "idle_minutes",
        );
    }
}
