"""`/v1/signs-of-life`: single and bulk intake from agencies that join, corrections, withdrawals, history."""

from services.portal.cases.signs.sign_of_life import SIGNS_OF_LIFE
from shared.records.routes import record_routes

router = record_routes(SIGNS_OF_LIFE, "signs of life")
