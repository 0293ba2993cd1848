from datetime import datetime, timezone

from django.db import models


def moment(microseconds):
    return microseconds and datetime.fromtimestamp(microseconds / 1e6, timezone.utc)


class User(models.Model):
    id = models.TextField(primary_key=True)
    email = models.TextField()
    name = models.TextField()

    class Meta:
        managed = False
        db_table = "users"


class Session(models.Model):
    token_hash = models.TextField(primary_key=True)
    user = models.ForeignKey(User, models.CASCADE)
    created_at = models.BigIntegerField()
    last_seen_at = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "sessions"


class Organization(models.Model):
    id = models.TextField(primary_key=True)
    name = models.TextField()

    class Meta:
        managed = False
        db_table = "organizations"


class OrganizationSlug(models.Model):
    slug = models.TextField(primary_key=True)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="slugs")
    is_current = models.BooleanField()

    class Meta:
        managed = False
        db_table = "organization_slugs"


class Membership(models.Model):
    id = models.TextField(primary_key=True)
    organization = models.ForeignKey(Organization, models.CASCADE)
    user = models.ForeignKey(User, models.CASCADE)
    role = models.TextField()
    status = models.TextField()
    access_until = models.BigIntegerField(null=True)
    joined_at = models.BigIntegerField()
    last_seen_at = models.BigIntegerField(null=True)
    sort_name = models.BinaryField(null=True)

    class Meta:
        managed = False
        db_table = "memberships"

    @property
    def title(self):
        return self.role.replace("_", " ").capitalize()

    @property
    def joined(self):
        return moment(self.joined_at)

    @property
    def seen(self):
        return moment(self.last_seen_at)

    @property
    def companies(self):
        if self.role not in ("member", "viewer"):
            return "All companies"
        names = sorted(assignment.company.name for assignment in self.assignments.all())
        if len(names) > 2:
            return f"{names[0]}, {names[1]} +{len(names) - 2}"
        return ", ".join(names) or "None"


class Company(models.Model):
    id = models.TextField(primary_key=True)
    organization = models.ForeignKey(Organization, models.CASCADE)
    name = models.TextField()

    class Meta:
        managed = False
        db_table = "companies"


class Assignment(models.Model):
    pk = models.CompositePrimaryKey("organization_id", "membership_id", "company_id")
    organization = models.ForeignKey(Organization, models.CASCADE)
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="assignments")
    company = models.ForeignKey(Company, models.CASCADE)

    class Meta:
        managed = False
        db_table = "company_assignments"
