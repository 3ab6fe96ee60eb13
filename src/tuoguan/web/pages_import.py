"""Pages: import."""

from fastapi import APIRouter

pages = APIRouter()
