import hashlib
import time

from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render

from console.models import Assignment, Company, Membership, Session

IDLE = 14 * 86_400 * 1_000_000
ABSOLUTE = 90 * 86_400 * 1_000_000


def members(request, slug):
    token = request.COOKIES.get("session", "")
    now = int(time.time() * 1e6)
    session = (
        Session.objects.select_related("user")
        .filter(
            token_hash=hashlib.sha256(token.encode()).hexdigest(),
            last_seen_at__gt=now - IDLE,
            created_at__gt=now - ABSOLUTE,
        )
        .first()
    )
    if session is None:
        return HttpResponseRedirect("/login")
    reader = (
        Membership.objects.select_related("organization")
        .filter(user_id=session.user_id, organization__slugs__slug=slug, organization__slugs__is_current=True)
        .first()
    )
    if reader is None:
        raise Http404
    organization = reader.organization
    found = Membership.objects.filter(organization=organization, sort_name__isnull=False)
    query = request.GET.get("q", "")
    if query:
        found = found.filter(Q(user__name__icontains=query) | Q(user__email__icontains=query))
    role = request.GET.get("role", "")
    if role:
        found = found.filter(role=role)
    # The companies of the page's members by two queries that use the tables' own keys.
    companies = Prefetch("company", Company.objects.filter(organization=organization))
    assignments = Assignment.objects.filter(organization=organization).prefetch_related(companies)
    found = (
        found.select_related("user")
        .prefetch_related(Prefetch("assignments", assignments))
        .order_by("sort_name", "id")
    )
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    return render(request, "members.html", {"page": page, "reader": reader, "person": session.user})
