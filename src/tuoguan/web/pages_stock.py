"""Pages: stock."""

from fastapi import APIRouter

pages = APIRouter()
