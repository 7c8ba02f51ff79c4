from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from tests.api.kit import Api, key_of, person


@pytest.fixture
def boss(db: None) -> User:
    return User.objects.create_superuser("boss")


@pytest.fixture
def api(boss: User) -> Api:
    return Api(key_of(boss))


@pytest.fixture
def anonymous(db: None) -> Api:
    return Api()


@pytest.fixture
def viewer(db: None) -> Api:
    return Api(key_of(person("viewer")))
