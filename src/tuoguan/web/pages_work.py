"""Pages: work."""

from fastapi import APIRouter

pages = APIRouter()
