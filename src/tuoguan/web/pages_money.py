"""Pages: money."""

from fastapi import APIRouter

pages = APIRouter()
