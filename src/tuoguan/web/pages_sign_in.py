"""Pages: sign_in."""

from fastapi import APIRouter

pages = APIRouter()
