"""`/v1/me/records`: what the register holds of the person who asks."""

from services.consular.cases.my_records import KINDS
from shared.records.my_records import my_records_routes

router = my_records_routes(KINDS)
